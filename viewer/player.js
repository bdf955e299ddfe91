var tn=Object.defineProperty;var g=(i,t,e)=>()=>{if(e)throw e[0];try{return i&&(t=i(i=0)),t}catch(s){throw e=[s],s}};var en=(i,t)=>{for(var e in t)tn(i,e,{get:t[e],enumerable:!0})};function nn(i){if(i.length>2048||!rs.test(i)||!sn.test(i))return null;let t=URL.parse?URL.parse(i):rn(i);return!t||!["http:","https:"].includes(t.protocol)||t.username!==""||t.password!==""||!an(t.hostname)||!rs.test(t.href)||on(i,t.hostname)?null:{href:t.href,host:t.host}}function rn(i){try{return new URL(i)}catch{return null}}function on(i,t){let e=i.replace(/^[^:]*:\/\//,"").replace(/[/?#].*$/,"").replace(/:\d+$/,"");return/^[\d.]+$/.test(t)&&e.replace(/\.$/,"")!==t}function an(i){return i.startsWith("[")?i.endsWith("]"):/^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/.test(i)}var rs,sn,q,Wt=g(()=>{"use strict";rs=/^[!#-;=?-[\]_a-z~]+$/,sn=/^https?:\/\/[^/?#@%]*[^/?#@%:]([/?#]|$)/i;q=Object.freeze({MAX_URL:2048,read:nn})});function et(i){let t=(n,r={},...o)=>{let a=i.createElement(n);for(let[h,l]of Object.entries(r))a.setAttribute(h,l);return a.append(...o),a},e=n=>{let r=i.createElementNS(os,"svg");r.setAttribute("viewBox","0 0 16 16"),r.setAttribute("aria-hidden","true");for(let o of n){let a=i.createElementNS(os,"path");a.setAttribute("d",o),r.append(a)}return r};return{make:t,icon:e,tool:(n,r,o,a={})=>t("button",{id:n,type:"button","aria-label":o,title:o,...a},e(r))}}var os,pe=g(()=>{"use strict";os="http://www.w3.org/2000/svg"});function xn(i){return i==="cover"||i==="none"||i==="resize"?i:as}function kn(i,t,e=as){let s=[i.width/t.width,i.height/t.height],n=Math.min(i.width-t.width,i.height-t.height),r=n>=0&&n<=2,o=e==="cover"?Math.max(...s):Math.min(...s),a=e==="none"||r&&e!=="cover"?1:o,h=Math.max(1,Math.round(t.width*a)),l=Math.max(1,Math.round(t.height*a));return{x:Math.floor((i.width-h)/2),y:Math.floor((i.height-l)/2),width:h,height:l,smooth:a!==1&&(a<2||(t.ratio??1)<1)}}function vn(i,t,e,s){return{x:i.x/t.width*e.width/s,y:i.y/t.height*e.height/s}}function ge(i,t,e,s){return{x:i.x*s/e.width*t.width,y:i.y*s/e.height*t.height}}function En({x:i,y:t,height:e},s,n,r){let o=ge({x:i,y:t},s,n,r),a=Math.min(ge({x:0,y:e},s,n,r).y,s.height),h=(l,c)=>Math.min(Math.max(l,0),Math.max(c,0));return{x:h(o.x,s.width-1),y:h(o.y,s.height-a),height:a}}function Tn(i,t){return{width:i.width/i.ratio,height:i.height/i.ratio,ratio:t}}function Sn(i,t){return{width:Math.max(1,i.width)/t,height:Math.max(1,i.height)/t,ratio:t}}function An(i,t,e){let s={width:Math.round(i.width*t),height:Math.round(i.height*t)};return e&&Math.max(Math.abs(e.width-s.width),Math.abs(e.height-s.height))<=1?e:s}var as,C,we=g(()=>{"use strict";as="contain";C=Object.freeze({fit:xn,place:kn,toLogical:vn,fromLogical:ge,caret:En,report:Sn,keep:Tn,physical:An})});function u(i,t){let e=i.getElementById(t);if(!e)throw new Error(`chrome.js makes no #${t}`);return e}var I=g(()=>{"use strict"});async function B(i,t){try{i.matches(":fullscreen")?await i.ownerDocument.exitFullscreen():await i.requestFullscreen({navigationUI:"hide"})}catch{t.hidden=!0}}var Se=g(()=>{"use strict"});async function bt(i,t){return await createImageBitmap(new Blob([i],{type:t}),{colorSpaceConversion:"none"})}var Oe=g(()=>{"use strict"});var Er,Cs,Is=g(()=>{"use strict";Oe();Er={code:1,exact:!1,decode:i=>bt(i,"image/jpeg")},Cs=Object.freeze(Er)});var Tr,Ns,zs=g(()=>{"use strict";Oe();Tr={code:2,exact:!0,decode:i=>bt(i,"image/png")},Ns=Object.freeze(Tr)});function Ar(i){return Sr.get(i)??null}var Rs,Sr,W,Yt=g(()=>{"use strict";Is();zs();Rs=Object.freeze({jpeg:Cs,png:Ns}),Sr=new Map(Object.entries(Rs).map(([i,{code:t}])=>[t,i]));W=Object.freeze({...Rs,named:Ar})});function Ur(i){if(i.byteLength<=Jt)return null;let t=new DataView(i),e=W.named(t.getUint8(1));if(t.getUint8(0)!==Lr||e===null)return null;let s=t.getUint8(10),n=(s&$s)!==0,r=(s&Ds)!==0;if(s>($s|Ds)||r&&!n)return null;let o=Bs(t),a=t.getUint16(2,!0),h=t.getUint16(12,!0);if(!o||a<Jt||h*o.tileHeight>Zt)return null;let l=Hr(t,a,h,Ks(o));if(!l)return null;let c=new Uint8Array(i,a+2*h);return{encoding:e,part:t.getUint16(8,!0),last:n,exact:r,tiles:l,...o,bytes:c}}function Br(i){if(i.byteLength<=Jt)return null;let t=new DataView(i);if(t.getUint8(0)!==Or||t.getUint8(1)!==Cr)return null;let e=t.getUint8(8),s=Bs(t),n=t.getUint16(2,!0),r=t.getUint16(12,!0);if(!s||e>1||n<Jt)return null;let[o,a]=[t.getUint16(28,!0),t.getUint16(30,!0)],h=o<s.width,l=m=>Kr(h?Math.ceil(m/2):m);if(o!==l(s.width)||a!==l(s.height))return null;let c=Fr(t,n,r,Math.min(Ks(s),Nr));if(!c)return null;let d=[9,10,11].map(m=>t.getUint8(m).toString(16).padStart(2,"0")),f={keyframe:e===1,codec:`avc1.${d.join("")}`,width:o,height:a,half:h},p=new Uint8Array(i,n+4*r);return{encoding:"h264",part:0,last:!0,exact:!1,tiles:c,...s,bytes:p,video:f}}function Bs(i){let[t,e]=[i.getUint16(14,!0),i.getUint16(16,!0)],[s,n]=[i.getUint32(20,!0),i.getUint32(24,!0)],r=i.getFloat64(32,!0);if(!_s(t)||!_s(e)||!jr(s,n,r))return null;let[o,a,h,l]=[48,56,64,72].map(p=>i.getFloat64(p,!0));if(!k(a)||!k(h)||!k(l)||!k(o)&&!Number.isNaN(o))return null;let[c,d]=[i.getUint32(4,!0),i.getBigUint64(40,!0)],f=k(o)?o:null;return{update:c,tileWidth:t,tileHeight:e,width:s,height:n,ratio:r,sequence:d,input:f,drawn:a,encoded:h,sent:l}}function Ks({width:i,height:t,tileWidth:e,tileHeight:s}){return Math.ceil(i/e)*Math.ceil(t/s)}function Kr(i){return i+i%2}function _s(i){return i>=Rr&&i<=$r}function jr(i,t,e){return i===0||t===0||i>Zt||t>Zt?!1:i*t<=Ps&&e>0&&e<=Dr}function Hr(i,t,e,s){if(e===0||e>zr||t+2*e>=i.byteLength)return null;let n=new Uint16Array(e),r=-1;for(let o=0;o<e;o+=1){let a=i.getUint16(t+2*o,!0);if(a<=r||a>=s)return null;n[o]=r=a}return n}function Fr(i,t,e,s){if(e===0||e>Ir||t+4*e>=i.byteLength)return null;let n=Array.from({length:e},(l,c)=>{let d=i.getUint16(t+4*c,!0);return{first:d,after:d+i.getUint16(t+4*c+2,!0)}}),r=0,o=-1;for(let{first:l,after:c}of n){if(l<=o||c<=l||c>s)return null;o=c,r+=c-l}let a=new Uint16Array(r),h=0;for(let{first:l,after:c}of n)for(let d=l;d<c;d+=1)a[h++]=d;return a}function qr(i){let t;try{t=JSON.parse(i)}catch{return null}if(typeof t!="object"||t===null||Array.isArray(t))return null;let e=t;switch(e.type){case"welcome":return Xr(e);case"title":case"cursor":return typeof e.value=="string"?{type:e.type,value:_(e.value)}:null;case"control":return Wr(e);case"clients":{let{list:s,sent_away:n=[]}=e;return!Array.isArray(s)||!Array.isArray(n)?null:Vr(s.slice(0,Ie).map(Qr),n.slice(0,Ie).map(Zr))}case"links":return Yr(e);case"clipboard":{let{text:s}=e;return typeof s=="string"&&s.length<=Us?{type:"clipboard",text:s}:null}case"text_input":return Gr(e);case"open_url":{let{url:s}=e;return typeof s=="string"&&s.length<=q.MAX_URL?{type:"open_url",url:s}:null}case"pong":{let{id:s,time:n}=e;return k(s)&&k(n)?{type:"pong",id:s,time:n}:null}case"closed":return{type:"closed",reason:typeof e.reason=="string"?_(e.reason):""};default:return typeof e.type=="string"?{type:"unknown"}:null}}function Xr({client:i,role:t="drive"}){return k(i)&&Qt(t)?{type:"welcome",client:i,role:t}:null}function Wr({presenter:i,held:t,by:e="",can_ask:s=!1,asks:n=!1,manages:r=!1,recording:o=null}){if(typeof i!="boolean"||typeof t!="boolean"||typeof e!="string"||typeof s!="boolean"||typeof n!="boolean"||typeof r!="boolean")return null;let a=o==="running"||o==="paused"?o:null;return{type:"control",presenter:i,held:t,by:_(e),can_ask:s,asks:n,manages:r,recording:a}}function Gr({kind:i,caret:t}){if(typeof i!="string")return null;if(i==="none")return{type:"text_input",kind:i};if(typeof t!="object"||t===null)return null;let{x:e,y:s,width:n,height:r}=t;return!k(e)||!k(s)||!k(n)||!k(r)||n<0||r<0?null:{type:"text_input",kind:_r.find(a=>a===i)??"text",caret:{x:e,y:s,width:n,height:r}}}function Vr(i,t){return!i.every(e=>e!==null)||!t.every(e=>e!==null)?null:{type:"clients",list:i,sent_away:t}}function Yr({list:i,made:t=null,refused:e=null}){if(!Array.isArray(i)||e!==null&&typeof e!="string")return null;let s=i.slice(0,Ie).map(Jr);if(!s.every(a=>a!==null))return null;let n={type:"links",list:s,refused:e===null?null:_(e)};if(t===null)return{...n,made:t};if(typeof t!="object")return null;let{name:r,token:o}=t;return typeof r=="string"&&typeof o=="string"&&Pr.test(o)?{...n,made:{name:_(r),token:o}}:null}function Jr(i){if(typeof i!="object"||i===null)return null;let{name:t,role:e,seconds:s,clients:n,made:r,own:o}=i;return typeof t!="string"||!Qt(e)||!k(n)||s!==null&&!k(s)||typeof r!="boolean"||typeof o!="boolean"?null:{name:_(t),role:e,seconds:s,clients:n,made:r,own:o}}function Zr(i){if(typeof i!="object"||i===null)return null;let{number:t,label:e,role:s}=i;return k(t)&&typeof e=="string"&&Qt(s)?{number:t,label:_(e),role:s}:null}function Qr(i){if(typeof i!="object"||i===null)return null;let{number:t,label:e,role:s,visible:n,presenter:r,asks:o,you:a}=i;return!k(t)||typeof e!="string"||!Qt(s)||typeof n!="boolean"||typeof r!="boolean"||typeof o!="boolean"||typeof a!="boolean"?null:{number:t,label:_(e),role:s,visible:n,presenter:r,asks:o,you:a}}function Qt(i){return i==="drive"||i==="watch"}function k(i){return typeof i=="number"&&Number.isFinite(i)}function _(i){return i.length>Ce?i.slice(0,Ce):i}var Mr,Jt,Lr,Or,Cr,Ir,Nr,$s,Ds,zr,Rr,$r,Zt,Ps,Dr,Ce,Us,_r,Pr,Ie,z,te=g(()=>{"use strict";Wt();Yt();Mr="framecast.v1",Jt=80,Lr=2,Or=3,Cr=1,Ir=64,Nr=2**16,$s=1,Ds=2,zr=256,Rr=8,$r=1024,Zt=65535,Ps=2**28,Dr=64,Ce=1024,Us=64*1024,_r=["text","multiline","number","email","url"],Pr=/^[A-Za-z0-9_-]{1,256}$/,Ie=256;z=Object.freeze({SUBPROTOCOL:Mr,MAX_SIDE:Zt,MAX_AREA:Ps,MAX_TEXT:Ce,MAX_CLIPBOARD:Us,parsePart:Ur,parseVideo:Br,parseMessage:qr})});function ho(i){return ao.has(i)?i:"default"}var ao,ee,Ne=g(()=>{"use strict";ao=new Set(["default","none","context-menu","help","pointer","progress","wait","cell","crosshair","text","vertical-text","alias","copy","move","no-drop","not-allowed","grab","grabbing","e-resize","n-resize","ne-resize","nw-resize","s-resize","se-resize","sw-resize","w-resize","ew-resize","ns-resize","nesw-resize","nwse-resize","col-resize","row-resize","all-scroll","zoom-in","zoom-out"]);ee=Object.freeze({known:ho})});function Uo(i){let{devicePixelRatio:t,outerWidth:e,outerHeight:s}=i,n=!i.navigator.vendor.startsWith("Apple");return{ratio:t,counts:n,outerWidth:e,outerHeight:s,...Bo(i)}}function Bo(i){try{let{innerWidth:t,innerHeight:e}=i.top??i;return{innerWidth:t,innerHeight:e}}catch{return{innerWidth:0,innerHeight:0}}}function Ko({ratio:i,counts:t,outerWidth:e,outerHeight:s,innerWidth:n,innerHeight:r}){if(t||!(n>0&&r>0))return i;let o=1,a=1/0;for(let h of Do){let l=e-n*h;!(l>=-h&&l<=Po+h&&r*h<=s+h)||Math.abs(l)>=a||(o=h,a=Math.abs(l))}return i*o}function jo({ratio:i,counts:t,outerWidth:e,outerHeight:s,innerWidth:n,innerHeight:r}){if(!t)return[1];let o=n>0&&r>0?Math.min(e/n,s/r):1,a=(c,d)=>Math.abs(c/d-1)<.01,l=$o.filter(c=>_o.some(d=>a(i,c*d))).filter(c=>c<=o*1.01);return l.length>0?l.reverse():[1]}var $o,Do,_o,Po,G,_e=g(()=>{"use strict";$o=[.25,.3333333333333333,.5,.6666666666666666,.75,.8,.9,1,1.1,1.25,1.5,1.75,2,2.5,3,4,5],Do=[.5,.75,.85,1,1.15,1.25,1.5,1.75,2,2.5,3,.3,.67,.8,.9,1.1,1.2,1.33,1.7,2.4,4,5,1.2**-3,1.2**-2,1.2**-1,1.2**2,1.2**3,1.2**4,1.2**5,1.2**6],_o=[1,1.25,1.5,1.75,2,2.25,2.5,3,3.5,4],Po=16;G=Object.freeze({geometry:Uo,pixelRatio:Ko,candidates:jo})});function qo(i,t){let e=~i;for(let s=0;s<t.length;s+=4)for(let n=0;n<3;n+=1){let r=t[s+n];e=ri[(e^r)&255]^e>>>8}return~e>>>0}function Xo(i,t){let e=~i;for(let s of t)e=ri[(e^s)&255]^e>>>8;return~e>>>0}function Wo(i){return i.toString(16).padStart(8,"0")}var ri,V,Pe=g(()=>{"use strict";ri=Uint32Array.from({length:256},(i,t)=>{let e=t;for(let s=0;s<8;s+=1)e=e&1?e>>>1^3988292384:e>>>1;return e});V=Object.freeze({bytes:Xo,pixels:qo,hex:Wo})});function Go(){let i=new Uint8ClampedArray(65536),t=1;for(let e=0;e<i.length;e+=1)t^=t<<13,t^=t>>>17,t^=t<<5,i[e]=e%4===3?255:t&255;return i}function Vo(i,t){if(i.length!==t.length)return!1;for(let e=0;e<i.length;e+=1)if(i[e]!==t[e])return!1;return!0}var ne,oi=g(()=>{"use strict";ne=Object.freeze({SIDE:128,pattern:Go,same:Vo})});var Yo,R,re=g(()=>{"use strict";Pe();Yt();oi();Yo=2**18,R=class{canvas=document.createElement("canvas");#t=this.canvas.getContext("2d",{alpha:!1});constructor(){this.canvas.setAttribute("role","img"),this.canvas.setAttribute("part","canvas"),this.canvas.hidden=!0,Object.assign(this.canvas.style,{position:"absolute",touchAction:"manipulation",userSelect:"none",webkitUserSelect:"none",webkitTouchCallout:"none"})}async decode(t){return await W[t.encoding].decode(t.bytes)}draw({frame:t,pieces:e}){let{canvas:s}=this,{width:n,height:r,tileWidth:o,tileHeight:a}=t,h=this.#t;if(!h)throw new Error("the browser gives no canvas to draw on");(s.width!==n||s.height!==r)&&Object.assign(s,{width:n,height:r}),h.imageSmoothingEnabled=!1;let l=Math.ceil(n/o);for(let{tiles:c,bitmap:d}of e)d&&c.forEach((f,p)=>{let m=f%l*o,b=Math.floor(f/l)*a,[T,S]=[o,a];h.drawImage(d,0,p*S,T,S,m,b,T,S)})}readable(){let{SIDE:t}=ne,e=document.createElement("canvas"),s=document.createElement("canvas");for(let a of[e,s])Object.assign(a,{width:t,height:t});let n=e.getContext("2d",{alpha:!1}),r=s.getContext("2d",{alpha:!1,willReadFrequently:!0});if(!n||!r)return!1;let o=ne.pattern();n.putImageData(new ImageData(o,t,t),0,0),r.drawImage(e,0,0);try{return ne.same(o,r.getImageData(0,0,t,t).data)}catch{return!1}}async proof(){let{context:t,canvas:{width:e,height:s}}=this.#e(),n=Math.max(1,Math.floor(Yo/e)),r=0;for(let o=0;o<s;o+=n)r=V.pixels(r,t.getImageData(0,o,e,Math.min(n,s-o)).data),await new Promise(a=>setTimeout(a));return V.hex(r)}async png(){let{canvas:t}=this.#e();return await new Promise((e,s)=>{t.toBlob(n=>{n?e(n):s(new Error("the browser could not make a PNG of the picture"))},"image/png")})}#e(){let{width:t,height:e}=this.canvas,s=document.createElement("canvas");Object.assign(s,{width:t,height:e});let n=s.getContext("2d",{alpha:!1,willReadFrequently:!0});if(!n)throw new Error("the browser gives no canvas to read from");return n.drawImage(this.canvas,0,0),{canvas:s,context:n}}}});var j,Ue=g(()=>{"use strict";we();_e();j=class{seen=!0;#t;#e;#s;#i;#n;#r="contain";#a=null;#h=0;#o={width:0,height:0,ratio:1};#d=!1;constructor(t,e,s,n){this.#t=t,this.#e=e,this.#s=s,this.#i=t.ownerDocument.defaultView??window,this.#n=n;let r=new ResizeObserver(a=>this.#l(a.at(-1)));try{r.observe(t,{box:"device-pixel-content-box"})}catch{r.observe(t)}let o=new IntersectionObserver(a=>this.#c(a.at(-1)?.isIntersecting===!0));o.observe(t),n.addEventListener("abort",()=>{r.disconnect(),o.disconnect()}),this.#u(),this.#i.addEventListener("resize",()=>this.#m(),{signal:n})}set fit(t){this.#r!==t&&(this.#r=t,this.arrange(),this.#s.resized())}painted({width:t,height:e,ratio:s}){let{width:n,height:r,ratio:o}=this.#o;(n!==t||r!==e||o!==s)&&this.arrange()}arrange(){let t=this.#s.shown();if(this.#e.hidden=t===null,this.#o={width:t?.width??0,height:t?.height??0,ratio:t?.ratio??1},!t)return;let e=this.#f;this.#h=e;let s=C.place(this.#g(),t,this.#r);Object.assign(this.#e.style,{left:`${s.x/e}px`,top:`${s.y/e}px`,width:`${s.width/e}px`,height:`${s.height/e}px`,imageRendering:s.smooth?"auto":"pixelated"})}begin(){return this.#d=!1,this.report()??{width:0,height:0,ratio:this.#f}}report(){if(this.#r==="resize")return this.#d=!0,C.report(this.#g(),this.#f);let t=this.#d?this.#s.shown():null;return t&&C.keep(t,this.#f)}place(t){let e=this.#s.shown();if(!e)return null;let s=this.#e.getBoundingClientRect();if(s.width===0||s.height===0)return null;let n={x:t.x-s.left,y:t.y-s.top};return C.toLogical(n,s,e,e.ratio)}locate(t){let e=this.#s.shown(),s=this.#e.getBoundingClientRect();if(!e||s.width===0||s.height===0)return null;let n=C.caret(t,s,e,e.ratio),r=this.#t.getBoundingClientRect();return{...n,x:n.x+s.left-r.left,y:n.y+s.top-r.top}}#l(t){let e=t?.devicePixelContentBoxSize?.[0];this.#a=e?{width:e.inlineSize,height:e.blockSize}:null,this.arrange(),this.#s.resized()}#c(t){this.seen!==t&&(this.seen=t,this.#s.looked())}#u(){if(this.#n.aborted)return;let t=this.#i.matchMedia(`(resolution: ${this.#i.devicePixelRatio}dppx)`),e=()=>{this.#u(),this.arrange(),this.#s.resized()};t.addEventListener("change",e,{once:!0,signal:this.#n})}#m(){this.#f!==this.#h&&(this.arrange(),this.#s.resized())}get#f(){return G.pixelRatio(G.geometry(this.#i))}#g(){let t=this.#t.getBoundingClientRect();return C.physical(t,this.#f,this.#a)}}});function ea({key:i,shiftKey:t,ctrlKey:e,altKey:s,metaKey:n}){if(e||s||n)return null;if(/^[0-9]$/.test(i))return{does:"to",part:Number(i)/10};switch(i){case" ":case"k":return{does:"toggle"};case"f":return{does:"fullscreen"};case"ArrowLeft":return t?{does:"step",by:-1}:{does:"by",seconds:-ui};case"ArrowRight":return t?{does:"step",by:1}:{does:"by",seconds:ui};case",":return{does:"step",by:-1};case".":return{does:"step",by:1};case"PageUp":return{does:"by",seconds:-fi};case"PageDown":return{does:"by",seconds:fi};case"Home":return{does:"to",part:0};case"End":return{does:"to",part:1};case"<":case"[":return{does:"faster",by:-1};case">":case"]":return{does:"faster",by:1};default:return null}}function sa(i,t){return(t>0?He.find(s=>s>i):[...He].reverse().find(s=>s<i))??i}var He,ui,fi,Dt,Fe=g(()=>{"use strict";He=Object.freeze([.25,.5,1,1.5,2,4,8,16]),ui=5,fi=60;Dt=Object.freeze({RATES:He,action:ea,next:sa})});function pi(i){let t=Number.isFinite(i)?Math.max(0,Math.floor(i)):0,e=n=>String(n).padStart(2,"0"),s=Math.floor(t/60);return s<60?`${s}:${e(t%60)}`:`${Math.floor(s/60)}:${e(s%60)}:${e(t%60)}`}function ia(i){let t=Number.isFinite(i)?Math.max(0,Math.floor(i)):0,[e,s,n]=[Math.floor(t/3600),Math.floor(t/60)%60,t%60],r=(o,a)=>`${o} ${a}${o===1?"":"s"}`;return[e&&r(e,"hour"),s&&r(s,"minute"),(n||t<60)&&r(n,"second")].filter(Boolean).join(" ")}function na(i,t,e){return i?i.cut?`Not completed: it ends at ${pi(t)}`:`Damaged at byte ${i.offset.toLocaleString("en")} of ${e.toLocaleString("en")}`:""}function ra({state:i,reason:t,retryIn:e,progress:s,waiting:n}){if(i==="refused")return{title:"Cannot play this recording",detail:t,retry:!0};if(i==="lost"){let r=e===null?"Trying again…":`Trying again in ${Math.max(1,Math.ceil(e))} s.`;return{title:"Connection lost",detail:`${t} ${r}`,retry:!0}}return i==="connecting"?{title:s?"Reading the recording…":"Opening the recording…",detail:s?oa(s):"",retry:!1}:{title:n?"Loading…":"",detail:"",retry:!1}}function oa({read:i,size:t}){let e=s=>(s/1048576).toFixed(s<10485760?1:0);return t===null||t<i?`${e(i)} MiB`:`${e(i)} of ${e(t)} MiB (${Math.floor(100*i/Math.max(t,1))} %)`}function aa(i){return`${i}×`}var v,_t=g(()=>{"use strict";v=Object.freeze({time:pi,spoken:ia,damage:na,notice:ra,rate:aa})});function qe(i){let{make:t,icon:e,tool:s}=et(i),n={hidden:""},r=h=>{let l=i.createElementNS(mi,"svg");for(let[c,d]of Object.entries({class:`strip ${h}`,viewBox:ha,preserveAspectRatio:"none","aria-hidden":"true"}))l.setAttribute(c,d);return l.append(i.createElementNS(mi,"path")),l},o=s("play",he.play,"Play",{"aria-keyshortcuts":"Space","data-playing":"false"}),a=e(he.pause);return a.classList.add("pause"),o.append(a),[t("div",{id:"shape"}),t("div",{id:"view",part:"view",tabindex:"-1"}),t("p",{id:"heading",part:"heading",...n},t("span",{id:"heading-title"}),t("span",{id:"heading-detail"})),t("button",{id:"begin",part:"begin",type:"button","aria-label":"Play",tabindex:"-1",...n},e(he.play)),t("div",{id:"controls",part:"controls",role:"group","aria-label":"Playback",...n},o,t("div",{id:"timeline",part:"timeline",role:"slider",tabindex:"0","aria-label":"Time","aria-orientation":"horizontal","aria-valuemin":"0","aria-valuemax":"0","aria-valuenow":"0"},t("div",{class:"rail"},r("all"),r("played"),t("span",{class:"line"}),t("span",{class:"knob"})),t("div",{id:"preview",...n},t("canvas",{"aria-hidden":"true"}),t("span",{}))),t("span",{id:"time"},t("span",{id:"time-now"},v.time(0)),t("span",{id:"time-all"})),t("button",{id:"speed",type:"button","aria-haspopup":"true","aria-expanded":"false","aria-controls":"speeds"},v.rate(1)),s("fullscreen",he.fullscreen,"Full screen",{"aria-pressed":"false"})),t("div",{id:"speeds",part:"panel speeds",role:"menu","aria-label":"Speed",...n},...[...Dt.RATES].reverse().map(h=>t("button",{type:"button",role:"menuitemradio","data-rate":String(h),"aria-checked":String(h===1),tabindex:"-1"},v.rate(h)))),t("section",{id:"notice",part:"notice",class:"busy","aria-label":"Recording",...n},t("span",{class:"pulse","aria-hidden":"true"}),t("div",{},t("p",{id:"notice-title"}),t("p",{id:"notice-detail"})),t("button",{id:"retry",type:"button",...n},"Try now")),t("p",{id:"announcement",role:"status","aria-live":"polite"})]}var he,ha,mi,gi=g(()=>{"use strict";Fe();pe();_t();he={play:["M4.75 3.1v9.8a.5.5 0 0 0 .76.43l7.9-4.9a.5.5 0 0 0 0-.86l-7.9-4.9a.5.5 0 0 0-.76.43z"],pause:["M4.25 3.25h2.25v9.5H4.25z","M9.5 3.25h2.25v9.5H9.5z"],fullscreen:["M2.5 6V4A1.5 1.5 0 0 1 4 2.5h2M10 2.5h2A1.5 1.5 0 0 1 13.5 4v2M13.5 10v2a1.5 1.5 0 0 1-1.5 1.5h-2M6 13.5H4A1.5 1.5 0 0 1 2.5 12v-2"]},ha="0 0 1 1",mi="http://www.w3.org/2000/svg"});var la,wi,Pt,bi=g(()=>{"use strict";I();_t();la=60,wi=8,Pt=class{dragged=!1;#t;#e;#s;#i;#n;#r;#a;#h;#o=-1;constructor(t,e,s){this.#t=t.host,this.#e=e,this.#s=u(t,"timeline"),this.#i=this.#s.querySelector(".rail"),this.#n=u(t,"preview"),this.#r=this.#n.querySelector("canvas"),this.#a=this.#n.querySelector("span"),Object.assign(this.#r,{width:0,height:0});let n=this.#s;n.addEventListener("pointerdown",r=>{r.button!==0||!r.isPrimary||(n.setPointerCapture(r.pointerId),this.#d(!0),this.#e.seek(this.#l(r)),this.#c(r))}),n.addEventListener("pointermove",r=>{this.dragged&&this.#e.seek(this.#l(r)),this.#c(r)});for(let r of["pointerup","pointercancel","lostpointercapture"])n.addEventListener(r,o=>{this.#d(!1),(o.pointerType==="touch"||!n.matches(":hover"))&&this.hide()});n.addEventListener("pointerleave",()=>this.dragged||this.hide()),s.addEventListener("abort",()=>clearTimeout(this.#h))}update(t,e){let s=e>0?Math.min(t/e,1):0;this.#i.style.setProperty("--played",`${(100*s).toFixed(3)}%`);let n=Math.floor(t);n!==this.#o&&(this.#o=n,this.#s.setAttribute("aria-valuenow",String(n)),this.#s.setAttribute("aria-valuemax",String(Math.floor(e))),this.#s.setAttribute("aria-valuetext",`${v.spoken(t)} of ${v.spoken(e)}`))}strip(t){this.#o=-1;let e=1/t.length,s=t.map((r,o)=>`L${(o*e).toFixed(5)} ${(1-r).toFixed(4)}H${((o+1)*e).toFixed(5)}`),n=t.length>0?`M0 1${s.join("")}V1Z`:"";for(let r of this.#s.querySelectorAll(".strip path"))r.setAttribute("d",n)}hide(){clearTimeout(this.#h),this.#n.hidden=!0}#d(t){this.dragged=t,this.#s.classList.toggle("dragged",t)}#l(t){let{left:e,width:s}=this.#i.getBoundingClientRect();return Math.min(Math.max((t.clientX-e)/Math.max(s,1),0),1)*this.#e.duration()}#c(t){let e=this.#l(t);this.#a.textContent=v.time(e),this.#n.hidden=!1;let s=this.#e.known(e);clearTimeout(this.#h),s?this.#u(s):this.#h=setTimeout(async()=>{let n=await this.#e.thumbnail(e);!n||this.#n.hidden||(this.#u(n),this.#m(t.clientX))},la),this.#m(t.clientX)}#u(t){let{width:e,height:s}=t,n=this.#t.ownerDocument.defaultView?.devicePixelRatio??1;Object.assign(this.#r,{width:e,height:s}),Object.assign(this.#r.style,{width:`${e/n}px`,height:`${s/n}px`}),this.#r.getContext("2d",{alpha:!1})?.drawImage(t,0,0)}#m(t){let e=this.#s.getBoundingClientRect(),s=this.#t.getBoundingClientRect(),{width:n}=this.#n.getBoundingClientRect(),r=Math.min(Math.max(t-n/2,s.left+wi),s.right-wi-n);this.#n.style.left=`${r-e.left}px`}}});var ca,Ut,yi=g(()=>{"use strict";I();Se();Fe();bi();_t();ca=2500,Ut=class{timeline;#t;#e;#s;#i;#n;#r;#a;#h;#o;#d;#l;#c;#u;#m=0;#f="";constructor(t,e,s,n){this.#t=t,this.#e=e,this.#s=s,this.#i=u(e,"view"),this.#n=u(e,"controls"),this.#r=u(e,"heading"),this.#a=u(e,"begin"),this.#h=u(e,"play"),this.#o=u(e,"speed"),this.#d=u(e,"speeds"),this.#l=u(e,"notice"),this.#c=u(e,"fullscreen");let r={duration:()=>t.duration||0,seek:a=>{t.currentTime=a},known:a=>t.thumbnails?.known(a*1e6)??null,thumbnail:async a=>await t.thumbnails?.at(a*1e6)??null};this.timeline=new Pt(e,r,n),this.#h.addEventListener("click",()=>this.#p()),this.#a.addEventListener("click",()=>{this.#i.focus({preventScroll:!0}),this.#p()}),this.#i.addEventListener("click",a=>this.#w(a)),this.#o.addEventListener("click",()=>this.#k(this.#d.hidden)),this.#d.addEventListener("click",a=>this.#b(a)),this.#d.addEventListener("focusout",a=>{let h=a.relatedTarget;h!==this.#o&&!this.#d.contains(h)&&this.#k(!1)}),u(e,"retry").addEventListener("click",()=>t.retry()),e.addEventListener("keydown",a=>this.#y(a));let o=e.ownerDocument;this.#c.hidden=!o.fullscreenEnabled,this.#c.addEventListener("click",()=>B(s,this.#c)),o.addEventListener("fullscreenchange",()=>this.update(),{signal:n});for(let a of["pointermove","pointerdown","keydown","focusin"])e.addEventListener(a,()=>this.#M());s.addEventListener("pointerleave",()=>this.#L(),{signal:n}),n.addEventListener("abort",()=>{clearTimeout(this.#u),o.defaultView?.cancelAnimationFrame(this.#m)})}update(){let{info:t,paused:e,duration:s}=this.#t,n=t.state!=="idle"&&!Number.isNaN(s),r=v.notice(t);this.#n.hidden=!n,this.#E("heading-title",t.title),this.#E("heading-detail",t.damage),this.#r.hidden=!n||t.title===""&&t.damage==="",this.#a.hidden=!n||t.begun||r.title!=="";let o=e?t.ended?"Play again":"Play":"Pause";this.#h.title!==o&&(this.#h.title=o,this.#h.setAttribute("aria-label",o),this.#h.dataset.playing=String(!e),this.#M());let a=v.rate(this.#t.playbackRate);this.#o.textContent!==a&&(this.#o.textContent=a),this.#o.setAttribute("aria-label",`Speed: ${a}`);for(let h of this.#A())h.setAttribute("aria-checked",String(Number(h.dataset.rate)===this.#t.playbackRate));this.#c.setAttribute("aria-pressed",String(this.#s.matches(":fullscreen"))),this.#E("time-all",v.time(s)),this.#E("notice-title",r.title),this.#E("notice-detail",r.detail),this.#l.hidden=r.title==="",this.#l.classList.toggle("busy",!r.retry),u(this.#e,"retry").hidden=!r.retry,this.#N(r.retry?`${r.title}. ${t.reason}`:t.damage),this.#g()}#g(){let{currentTime:t,duration:e,paused:s}=this.#t;this.timeline.update(t,e||0),this.#E("time-now",v.time(t));let n=this.#e.ownerDocument.defaultView;s||this.#m||!n||(this.#m=n.requestAnimationFrame(()=>{this.#m=0,this.#g()}))}#p(){this.#t.paused?this.#t.play():this.#t.pause()}#w({detail:t}){t>2||(this.#p(),t===2&&!this.#c.hidden&&B(this.#s,this.#c))}#y(t){let e=t.target;if(this.#x(t))return;let s=e.id==="timeline"&&{ArrowUp:"ArrowRight",ArrowDown:"ArrowLeft"}[t.key]||t.key,{shiftKey:n,ctrlKey:r,altKey:o,metaKey:a}=t,h=Dt.action({key:s,shiftKey:n,ctrlKey:r,altKey:o,metaKey:a});if(!h||Number.isNaN(this.#t.duration)||t.key===" "&&e.localName==="button")return;t.preventDefault(),t.stopPropagation();let l=this.#t;switch(h.does){case"toggle":return t.repeat?void 0:this.#p();case"fullscreen":return void B(this.#s,this.#c);case"by":return void(l.currentTime+=h.seconds);case"to":return void(l.currentTime=h.part*l.duration);case"step":return l.step(h.by);case"faster":return this.#T(Dt.next(l.playbackRate,h.by))}}#x(t){if(this.#d.hidden)return!1;let e=this.#A(),s=e.indexOf(this.#e.activeElement),n={ArrowDown:s+1,ArrowUp:s-1,Home:0,End:-1}[t.key];if(n!==void 0&&s>=0)e.at(n%e.length)?.focus();else if(t.key==="Escape")this.#k(!1,!0);else return s>=0&&(t.key===" "||t.key==="Enter"||t.key==="Tab");return t.preventDefault(),t.stopPropagation(),!0}#b(t){let e=Number(t.target.dataset.rate);e>0&&(this.#T(e),this.#k(!1,!0))}#T(t){this.#t.playbackRate=t,this.#E("announcement",`Speed ${v.rate(t)}`)}#k(t,e=!1){this.#d.hidden=!t,this.#o.setAttribute("aria-expanded",String(t)),t?(this.#A().find(s=>s.getAttribute("aria-checked")==="true")??this.#A()[0])?.focus():e&&this.#o.focus()}#A(){return[...this.#d.querySelectorAll("button")]}#M(){this.#C(!1),clearTimeout(this.#u),this.#u=setTimeout(()=>this.#L(),ca)}#L(){let{paused:t,info:e}=this.#t,s=this.timeline.dragged||!this.#d.hidden||this.#n.querySelector(":focus-visible, :hover")!==null;!t&&!s&&e.state==="connected"&&!e.waiting&&this.#C(!0)}#C(t){for(let e of[this.#n,this.#r,this.#i])e.classList.toggle("quiet",t)}#N(t){t===""||t===this.#f||(this.#f=t,this.#E("announcement",t))}#E(t,e){let s=u(this.#e,t);s.textContent!==e&&(s.textContent=e)}}});var w,H=g(()=>{"use strict";w=class extends Error{again;constructor(t,{again:e=!1,cause:s}={}){super(t,{cause:s}),this.name="Failure",this.again=e}}});function Xe(i){for(let t of[...i.waiting])t()}var E,xi,da,ki,vi,ua,J,Ei=g(()=>{"use strict";H();E=64*1024,xi=512,da=4,ki=128,vi=16,ua=20,J=class{static BLOCK=E;static MOST_BYTES=xi*E;size;#t;#e=new Map;#s=new Set;#i=!1;constructor(t,e){this.size=t,this.#t=e}get kept(){return this.#e.size*E}begin(t,e,s){this.#a(0,Math.ceil(e/E),s,t)}async read(t,e,s){let n=new Uint8Array(e),r=Math.ceil((t+e)/E);for(let o=0;o<e;){let a=t+o,h=Math.floor(a/E),c=(await this.#n(h,r,s)).subarray(a%E,a%E+e-o);n.set(c,o),o+=c.length}return n}ahead(t,e,s){let n=Math.floor(t/E),r=Math.min(Math.ceil(Math.min(e,this.size)/E),n+ki);if(s)for(let a of this.#s)a.at<=n+vi&&a.at+vi>=n&&a.to>n||this.#h(a);let o=n;for(;o<r&&(this.#e.has(o)||this.#r(o));)o+=1;o<r&&(s||o-n<(r-n)/2)&&this.#a(o,r)}stop(){this.#i=!0;for(let t of this.#s)this.#h(t);this.#e.clear()}async#n(t,e,s){for(;;){if(s?.throwIfAborted(),this.#i)throw new w("The recording was closed.");let n=this.#e.get(t);if(n)return this.#e.delete(t),this.#e.set(t,n),n;let r=this.#r(t)??this.#a(t,Math.max(e,t+da));if(await new Promise(o=>{let a=()=>{r.waiting.delete(a),s?.removeEventListener("abort",a),o()};r.waiting.add(a),s?.addEventListener("abort",a)}),r.failure&&!this.#e.has(t))throw r.failure}}#r(t){for(let e of this.#s)if(e.at<=t&&t<e.to)return e;return null}#a(t,e,s=new AbortController,n){let r=Math.min(e,t+ki,Math.ceil(this.size/E)),o=t+1;for(;o<r&&!this.#e.has(o)&&!this.#r(o);)o+=1;let a={at:t,to:o,abort:s,waiting:new Set,failure:null,ended:!1};return this.#s.add(a),this.#o(a,n).catch(h=>{a.failure??=h instanceof w?h:new w("The connection to the recording was lost.",{again:!0,cause:h})}).finally(()=>{this.#s.delete(a),a.ended=!0,Xe(a)}),a}#h(t){this.#s.delete(t),t.ended=!0,t.abort.abort(),Xe(t)}async#o(t,e){let{request:s,cancel:n}=this.#t,r=t.at*E,o=Math.min(t.to*E,this.size),a=this.#d(t);try{let{body:h}=e??await s(r,o,t.abort.signal),l=h?.getReader(),c=new Uint8Array(Math.min(E,o-r)),d=0;for(;l&&!t.ended&&t.at<t.to;){let{done:f,value:p}=await l.read();if(f||t.ended)break;n(a),a=this.#d(t);for(let m=0;m<p.length&&t.at<t.to;){let b=p.subarray(m,m+c.length-d);if(c.set(b,d),d+=b.length,m+=b.length,d<c.length)break;this.#l(t.at,c),t.at+=1,c=new Uint8Array(Math.max(0,Math.min(E,o-t.at*E))),d=0}Xe(t)}if(l?.cancel().catch(()=>{}),t.at<t.to&&!t.ended)throw new w("The connection to the recording ended early.",{again:!0})}finally{n(a)}}#d(t){return this.#t.after(()=>{t.failure=new w("The server of the recording does not answer.",{again:!0}),t.abort.abort()},ua)}#l(t,e){if(!this.#i){this.#e.set(t,e);for(let s of this.#e.keys()){if(this.#e.size<=xi)break;this.#e.delete(s)}}}}});function Ti(){return new w(`The recording has more than ${le/2**20} MiB, and its server gives no parts of it: it needs one that knows Range requests.`)}var le,F,Bt,Si=g(()=>{"use strict";H();le=512*1024*1024,F=1024*1024,Bt=class i{static MOST=le;size=0;#t=[];static async read(t,e){let{headers:s,body:n}=t,r=s.has("content-encoding")?null:Number(s.get("content-length")??NaN),o=r!==null&&Number.isSafeInteger(r)?r:null,a=new i;if(!n)return a;let h=n.getReader();try{if(o!==null&&o>le)throw Ti();for(;;){let{done:l,value:c}=await h.read();if(l)break;if(a.size+c.length>le)throw Ti();a.#e(c),e(a.size,o)}}finally{h.cancel().catch(()=>{})}if(o!==null&&a.size<o)throw new w("The connection ended before the recording was read.",{again:!0});return a}async read(t,e){let s=new Uint8Array(e);for(let n=0;n<e;){let r=t+n,a=this.#t[Math.floor(r/F)].subarray(r%F,Math.min(F,r%F+e-n));s.set(a,n),n+=a.length}return s}ahead(){}stop(){this.#t=[]}#e(t){for(let e=0;e<t.length;){let s=this.size%F;s===0&&this.#t.push(new Uint8Array(F));let n=t.subarray(e,e+F-s);this.#t.at(-1).set(n,s),e+=n.length,this.size+=n.length}}}});async function We(i,{fetch:t,origin:e,signal:s,progress:n,after:r,cancel:o}){let a=new URL(i).origin!==e,h=async f=>{try{return await t(i,f)}catch(p){f.signal?.throwIfAborted();let m=a?", or does not let pages of this origin read it (CORS)":"";throw new w(`The server of the recording cannot be reached${m}.`,{again:!0,cause:p})}},l=(f,p,m)=>h({headers:{range:`bytes=${f}-${p-1}`},signal:m}),c=new AbortController,d=()=>c.abort();s.addEventListener("abort",d);try{s.throwIfAborted();let f=await l(0,Ai,c.signal);if(f.status===200)return await Bt.read(f,n);if(f.status===416)throw new w("This is no recording of framecast: the file is empty.");if(f.status!==206)throw Oi(f);let p=Mi(f);if(p&&p.from!==0)throw new w("The server of the recording answers with another part of it.");let m=p?.size??await fa(h,c.signal),b=Li(f),T=async(L,O,A)=>{let $=await l(L,O,A),ns=()=>($.body?.cancel().catch(()=>{}),new w("The recording changed while it was played. Load it again."));if($.status===416||$.status===200)throw ns();if($.status!==206)throw Oi($);let tt=Mi($);if(tt&&(tt.from!==L||tt.to>O||tt.size!==null&&tt.size!==m)||Li($)!==b)throw ns();return $},S=new J(m,{request:T,after:r,cancel:o});return S.begin(f,Math.min(Ai,m),c),S}catch(f){throw c.abort(),s.throwIfAborted(),f instanceof w?f:new w("The connection to the recording was lost.",{again:!0,cause:f})}finally{s.removeEventListener("abort",d)}}async function fa(i,t){let{ok:e,headers:s}=await i({method:"HEAD",signal:t}),n=s.get("content-length");if(!e||n===null||!/^\d{1,15}$/.test(n))throw new w("The server of the recording does not say how long it is.");return Number(n)}function Mi({headers:i}){let t=/^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(i.get("content-range")??"");if(!t)return null;let[,e,s,n]=t;return{from:Number(e),to:Number(s)+1,size:n==="*"?null:Number(n)}}function Li({headers:i}){return`${i.get("etag")} ${i.get("last-modified")}`}function Oi({status:i,body:t}){return t?.cancel().catch(()=>{}),i===404||i===410?new w("There is no recording at this address."):i===401||i===403?new w("The server does not give this recording to you."):new w(`The server of the recording answers with an error (${i}).`,{again:i>=500||i===429})}var Ai,Ci=g(()=>{"use strict";H();Ei();Si();Ai=4*J.BLOCK});function Ge(i){let t=new DataView(i.buffer,i.byteOffset,i.byteLength);return t.byteLength>=24&&t.getUint32(0)===2303741511?{width:t.getUint32(16),height:t.getUint32(20)}:t.byteLength>=2&&t.getUint16(0)===65496?pa(t):null}function pa(i){let t=2;for(;t+9<=i.byteLength&&i.getUint8(t)===255;){let e=i.getUint8(t+1);if(e>=192&&e<=207&&![196,200,204].includes(e))return{height:i.getUint16(t+5),width:i.getUint16(t+7)};e===255?t+=1:e===1||e>=208&&e<=215?t+=2:t+=2+Math.max(2,i.getUint16(t+2))}return null}var Ii=g(()=>{"use strict"});function Kt({bytes:i,tiles:t,tileWidth:e,tileHeight:s}){let n=s*t.length;if(e*n>ma)return!1;let r=Ge(i);return r?.width===e&&r.height===n}var ma,Ve=g(()=>{"use strict";Ii();ma=2**24});function Ye(i,t){let e=[],s=[],n=0,r=new Set,o=i.at(-1);for(let a=i.length-1;a>=0;a-=1){let h=i[a],[l=h]=s;if(o&&(h.width!==o.width||h.height!==o.height))break;let c=h.tileWidth!==l.tileWidth||h.tileHeight!==l.tileHeight;if(!(c||h.tiles.some(p=>!r.has(p))))continue;let f=h.tileWidth*h.tileHeight*h.tiles.length;s.length>0&&(c||n+f>t)&&(e.unshift(s),[s,n]=[[],0]),c&&(r=new Set),s.unshift(h),n+=f;for(let p of h.tiles)r.add(p)}return s.length>0&&e.unshift(s),e}var Ni=g(()=>{"use strict"});function Di(i,t){if(typeof t!="object"||t===null)return;let{type:e,value:s}=t,n=typeof s=="string"?s.slice(0,Ea):null;(e==="title"||e==="cursor"||e==="presenter")&&i.set(e,n)}function _i(i){for(let t of i.pieces)t.bitmap?.close(),t.bitmap=null;i.parts=[]}var Je,ga,wa,ba,zi,ya,Ze,Ri,Qe,xa,ka,va,$i,Ea,jt,Pi=g(()=>{"use strict";Ve();H();Ni();te();Je=Object.freeze({least:.25,most:16}),ga=1/60,wa=2,ba=12,zi=512*1024,ya=8*1024*1024,Ze=32*1024*1024,Ri=1024,Qe=2**25,xa=10,ka=.25,va=.5,$i=[.5,1,2,4,8,15],Ea=z.MAX_TEXT,jt=class{static RATES=Je;static MOST_BYTES=Ze;static MOST_PIXELS=Qe;shown=null;title;cursor="";presenter=null;broken=0;failure=null;retryAt=null;#t;#e;#s=!0;#i=!1;#n=1;#r=0;#a=0;#h=!1;#o=null;#d=1/0;#l=[];#c=-1;#u=!1;#m=0;#f=!0;#g=!0;#p={first:-1,last:-1};#w=null;#y=!1;#x=0;#b=0;#T=!1;#k=!1;#A=!1;#M=0;#L=new AbortController;#C=null;#N=null;#E=null;#S=!1;#v=0;constructor(t,e){this.#t=t,this.#e=e,this.title=t.head.title}get recording(){return this.#t}get duration(){return this.#t.duration}get time(){return this.#o!==null?this.#o:Math.min(this.#D,this.#I)}get paused(){return this.#s}get ended(){return this.#i}get seeking(){return this.#o!==null}get waiting(){return this.#A}get rate(){return this.#n}set rate(t){let e=Math.min(Math.max(t,Je.least),Je.most);!(e>0)||e===this.#n||(this.#z(),this.#n=e,this.#e.changed("ratechange"),this.#$())}play(){!this.#s||this.#S||(this.#s=!1,(this.#i||this.#o===null&&this.time>=this.duration)&&this.seek(0),this.#e.changed("play"),this.#$())}pause(){this.#s||(this.#z(),this.#h=!1,this.#s=!0,this.#e.changed("pause"),this.#$())}seek(t){if(this.#S||Number.isNaN(t))return;this.#v+=1;let e=Math.min(Math.max(Math.round(t),0),this.duration),s=this.#t.placeBefore(e),n=(l,c)=>l<=e&&e<c,{first:r,last:o}=this.#p,a=n(r,o)||this.#l.some(l=>n(l.first,l.time)),h=e>=this.#d&&s.offset<=this.#m&&!a;h||this.#P(s.offset),this.#z(),[this.#h,this.#o,this.#r,this.#i]=[!1,e,e,!1],this.#e.ahead(this.#m,Math.max(this.#t.endOf(e),this.#m+zi),!h),this.#e.changed("seeking"),this.#O()}async step(t){this.pause();let e=this.#v+=1;try{let s=await this.#t.change(this.time,t,this.#L.signal);e===this.#v&&s!==null&&this.seek(s)}catch(s){e===this.#v&&this.#X(s)}}redraw(){this.#d=1/0,this.seek(this.time)}retry(){this.#M=0,this.failure&&this.#O()}stop(){this.#S=!0,this.#h=!1,this.#R();for(let t of[this.#C,this.#N,this.#E])this.#e.cancel(t)}get#D(){return this.#h?this.#r+(this.#e.now()-this.#a)*this.#n*1e6:this.#r}get#I(){let t=this.#l.find(e=>e.state!=="ready");return t?t.time:this.#u?this.duration:Math.min(Math.max(this.#c,this.#r),this.duration)}#z(){this.#o===null&&(this.#r=this.time),this.#a=this.#e.now()}#P(t){this.#R(),this.#L=new AbortController,[this.#m,this.#f,this.#w]=[t,!0,null],[this.#d,this.#c,this.#u]=[1/0,-1,!1],this.#g=!0}#R(){this.#L.abort();for(let t of this.#l)_i(t);this.#l=[],this.#x=this.#b=0,this.#y=!1}#O(){this.#e.cancel(this.#E),this.retryAt=null,this.failure&&(this.failure=null,this.#e.changed("failed")),this.#$()}#$(){if(this.#S)return;let t=this.time;for(let e=this.#l[0];e&&e.time<=t&&e.state==="ready";e=this.#l[0])if(this.#l.shift(),this.#B(e),this.#S)return;this.#o!==null&&!(this.#l[0]&&this.#l[0].time<=this.#o)&&(this.#u||this.#c>this.#o)&&(this.#r=this.#o,this.#o=null,this.#e.changed("seeked"),this.#S||this.#o!==null)||(this.#U(),this.#j(),this.#F(),this.#q())}#U(){let t=!this.#s&&this.#o===null,e=t&&!this.#h;e&&(this.#a=this.#e.now()),this.#h=t;let s=this.#u&&this.#l.length===0&&this.#o===null&&this.time>=this.duration;if(t&&s){if(this.#e.loops()&&this.duration>0){this.seek(0);return}this.#z(),this.#h=!1,this.#s=this.#i=!0,this.#e.changed("pause"),this.#e.changed("ended")}e&&!this.#i&&this.#e.changed("playing"),this.#_(!this.#i&&(this.#o!==null||this.#h&&this.#D>=this.#I))}#_(t){t!==this.#k&&(this.#k=t,this.#e.cancel(this.#N),t?this.#N=this.#e.after(()=>{this.#A=!0,this.#e.changed("waiting")},ka):this.#A&&(this.#A=!1,this.#e.changed("playing")))}#q(){if(this.#e.cancel(this.#C),!this.#h||this.#k)return;let[t]=this.#l,e=t?.state==="ready"?t.time:this.#I,s=Math.max(1,(e-this.#D)/this.#n)/1e6;this.#C=this.#e.after(()=>this.#$(),Math.min(s,va))}#B(t){this.#x-=t.size,this.#b-=t.pixels;let{newest:e,parts:s,pieces:n,texts:r,enters:o}=t;o&&([this.title,this.cursor,this.presenter]=[this.#t.head.title,"",null],this.#T=!1),this.#d=t.time;let{broken:a}=t,h=s.at(-1);try{h&&this.#e.draw({frame:h,pieces:n})}catch{a+=s.length}if(_i(t),this.broken+=a,this.#T||=a>0,e){let{width:l,height:c,ratio:d}=e;this.shown={width:l,height:c,ratio:d,exact:e.exact&&!this.#T},this.#e.changed("shown")}this.title=r.get("title")??(r.has("title")?"":this.title),this.cursor=r.get("cursor")??this.cursor,r.has("presenter")&&(this.presenter=r.get("presenter")??null),(r.size>0||o)&&this.#e.changed("texts")}get#K(){return this.#S||this.#u||this.failure?!1:this.#o!==null&&this.#c<=this.#o?!0:this.#x<Ze/2&&this.#c<this.time+wa*1e6*this.#n}async#j(){if(this.#y||!this.#K)return;this.#y=!0;let{signal:t}=this.#L;try{for(;this.#K;){let e=await this.#H(t);if(t.aborted)return;this.#M=0,this.#l.push(...e);for(let s of e)this.#x+=s.size;if(this.#F(),this.#$(),t.aborted)return}this.#y=!1}catch(e){if(t.aborted)return;this.#y=!1,this.#X(e)}}async#H(t){let e=this.#t,{duration:s,size:n}=e,r=n/Math.max(s,1)*1e6*this.#n,o=Math.min(Math.max(r*ba,zi),ya),a=[],h=new Map,[l,c]=[0,0],d={first:-1,last:-1};for(this.#p=d;;){if(!this.#w){this.#e.ahead(this.#m,this.#m+o,!1);let A=await e.item(this.#m,this.#f,t);t.throwIfAborted(),this.#w=A}let b=this.#w;if(!b){this.#z();let A=e.placeBeyond(this.#m);if(d.first<0&&A)return[this.#m,this.#f,this.#g]=[A.offset,!0,!0],this.#c=Math.max(this.#c,A.time),this.#e.changed("damaged"),[];if(d.first<0)return this.#u=!0,e.damage&&this.#e.changed("damaged"),[];break}let T=Math.max(b.time,d.last,this.#c),{first:S}=d,L=this.#o,O=L!==null&&S<=L?L:S+ga*1e6*this.#n;if(S>=0&&T>O){this.#z(),this.#c=T;break}if(this.#w=null,this.#m=b.next,b.kind==="time"){if(S<0)return this.#z(),this.#c=T,[];continue}if(S<0&&(d.first=T),d.last=T,b.kind==="state")for(let A of b.texts)Di(h,A);else if(b.kind==="text")Di(h,b.text);else{let A=z.parsePart(b.bytes);A&&Kt(A)?(a.push(A),l+=b.bytes.byteLength+Ri):c+=1}if((b.kind==="part"||b.kind==="text")&&(this.#f=!1),l>Ze/2){this.#z(),this.#c=Math.max(this.#c,T);break}}let f=a.at(-1)??null,p=Ye(a,Qe);p.length===0&&p.push([]);let m=p.map((b,T)=>{let S=T===p.length-1;return{first:d.first,time:d.last,enters:T===0&&this.#g,texts:S?h:new Map,newest:S?f:null,parts:b,pieces:[],size:b.reduce((L,O)=>L+O.bytes.byteLength+Ri,0),pixels:b.reduce((L,O)=>L+O.tileWidth*O.tileHeight*O.tiles.length,0),broken:T===0?c:0,state:b.length>0?"waits":"ready"}});return this.#g=!1,this.#p={first:-1,last:-1},m}#F(){for(let t of this.#l){if(t.state!=="waits")continue;if(t!==this.#l[0]&&this.#b+t.pixels>Qe)return;this.#b+=t.pixels,t.state="decodes";let{signal:e}=this.#L;Promise.all(t.parts.map(s=>this.#W(s,t,e))).then(s=>{if(e.aborted){for(let{bitmap:n}of s)n?.close();return}this.#z(),t.pieces=s,t.state="ready",this.#$()})}}async#W(t,e,s){let{tiles:n,tileWidth:r,tileHeight:o}=t,a=o*n.length,h=await this.#G(t,s);return h&&(h.width!==r||h.height!==a)&&(h.close(),h=null),h||(e.broken+=1),{tiles:n,bitmap:h}}async#G(t,e){let{decode:s,after:n,cancel:r}=this.#e;return await new Promise(o=>{let a=d=>{r(c),e.removeEventListener("abort",l),o(d)},h=!1,l=()=>{h=!0,a(null)},c=n(l,xa);e.addEventListener("abort",l),s(t).then(d=>h?d.close():a(d),()=>a(null))})}#X(t){if(!this.#S){if(this.#z(),this.failure=t instanceof w?t:new w("The recording cannot be read.",{cause:t}),this.failure.again){let e=$i[Math.min(this.#M,$i.length-1)]??0;this.#M+=1,this.retryAt=this.#e.now()+e,this.#E=this.#e.after(()=>this.#O(),e)}this.#e.changed("failed"),this.#$()}}}});function Aa(i){if(i.length!==ts)return null;let t=new DataView(i.buffer,i.byteOffset,ts),e=String.fromCharCode(...i.subarray(0,4)),s=t.getUint32(4,!0),n=Number(t.getBigUint64(8,!0));return!/^[A-Z]{4}$/.test(e)||s>(Sa.get(e)??Ht)||n>Ta?null:{kind:e,length:s,time:n,plain:i.subarray(0,Ui),sum:t.getUint32(Ui,!0)}}function Ma({plain:i,sum:t},e){return V.bytes(V.bytes(0,i),e)===t}var ts,Ui,ce,Ht,Ta,Sa,M,Bi=g(()=>{"use strict";Pe();ts=20,Ui=16,ce=256*1024,Ht=16*1024*1024,Ta=366*24*3600*1e6,Sa=new Map([["HEAD",ce],["PART",Ht],["TEXT",ce],["INPT",ce],["BASE",ce],["BPRT",Ht],["TIME",0],["INDX",Ht],["DONE",16]]);M=Object.freeze({HEAD:ts,MOST:Ht,parse:Aa,intact:Ma})});function Na(i){return i.flatMap((t,e)=>e%2===0?[]:[{...t,bytes:t.bytes+(i[e-1]?.bytes??0)}])}function Ft(i,t){let e=Number(i.getBigUint64(t,!0));return Number.isSafeInteger(e)?e:NaN}function es(i){try{let t=JSON.parse(new TextDecoder("utf-8",{fatal:!0}).decode(i));return typeof t=="object"&&!Array.isArray(t)?t:null}catch{return null}}var La,Ki,Z,ji,Oa,Hi,Ca,Ia,qt,Fi=g(()=>{"use strict";Bi();H();La=[137,102,99,97,115,116,13,10],Ki=1,Z=12,ji=24,Oa=36,Hi=32*1024,Ca=128*1024,Ia=1024,qt=class i{head={title:"",created:"",program:"",lossless:!1,input:!1};duration=0;places=[];rest=0;damage=null;#t;#e=Z;constructor(t){this.#t=t}static async open(t,{signal:e,progress:s=()=>{}}={}){let n=new i(t);return await n.#i(e),await n.#n(e)||await n.#r(s,e),n}get size(){return this.#t.size}placeBefore(t){return this.places[this.#s(t)-1]??{time:0,offset:this.#e,bytes:0}}endOf(t){return this.places[this.#s(t)]?.offset??this.size}placeBeyond(t){return this.places.find(e=>e.offset>t)??null}async item(t,e,s){for(let n=t;;){let r=await this.#a(n,s);if(!r)return null;let o=n+M.HEAD+r.length,{kind:a,time:h}=r;if((a==="BASE"||a==="BPRT")&&!e){n=o;continue}let l=await this.#h(n,r,s);if(!l)return null;switch(a){case"PART":return{kind:"part",time:h,next:o,bytes:l.buffer};case"BPRT":return{kind:"whole",time:h,next:o,bytes:l.buffer};case"TIME":return{kind:"time",time:h,next:o};case"TEXT":{let c=es(l);if(c)return{kind:"text",time:h,next:o,text:c};break}case"BASE":{let{texts:c}=es(l)??{};if(Array.isArray(c))return{kind:"state",time:h,next:o,texts:c};break}}n=o}}async picture({offset:t},e){let s=[],[n,r]=[-1,0];for(let o=t;r<2*M.MOST;){let a=await this.item(o,!0,e);if(!a)break;if(o=a.next,a.kind==="whole"||a.kind==="part"&&t===this.#e&&(n<0||a.time===n))s.push(a.bytes),r+=a.bytes.byteLength,n=a.time;else if(a.kind==="part"||s.length>0)break}return s}async change(t,e,s){for(let n=e>0?t:t-1;n>=0;){let r=this.placeBefore(n),o=null;for(let a=r.offset;;){let h=await this.#a(a,s);if(!h||e<0&&h.time>=t)break;if(h.kind==="PART"&&h.time>t)return h.time;h.kind==="PART"&&(o=h.time),a+=M.HEAD+h.length}if(e>0)return null;if(o!==null)return o;n=Math.min(r.time,n)-1}return null}#s(t){let[e,s]=[0,this.places.length];for(;e<s;){let n=e+s>>1;this.places[n].time<=t?e=n+1:s=n}return e}async#i(t){let e=await this.#t.read(0,Math.min(Z,this.size),t);if(e.length<Z||La.some((p,m)=>e[m]!==p))throw new w("This is no recording of framecast.");let s=new DataView(e.buffer).getUint32(8,!0);if(s===0||s>Ki)throw new w(`This recording has version ${s} of the format; this page plays version ${Ki}: it needs a newer viewer.`);let n=await this.#a(Z,t),r=n?.kind==="HEAD"?await this.#h(Z,n,t):null,o=r&&es(r);if(!n||!o)throw new w("The recording is damaged at its very beginning.");let a=p=>typeof p=="string"?p.slice(0,Ia):"",{title:h,created:l,program:c,lossless:d,input:f}=o;this.head={title:a(h),created:a(l),program:a(c),lossless:d===!0,input:f===!0},this.#e=Z+M.HEAD+n.length}async#n(t){let e=this.size-Oa;if(e<this.#e)return!1;this.#t.ahead(Math.max(this.#e,this.size-Ca),this.size,!1);let[s,n]=await this.#o(e,t);if(s?.kind!=="DONE"||n?.length!==16)return!1;let r=new DataView(n.buffer,n.byteOffset),o=Ft(r,0);if(!(o>=this.#e&&o<e))return!1;let[a,h]=await this.#o(o,t);if(a?.kind!=="INDX"||!h)return!1;let l=new DataView(h.buffer,h.byteOffset,h.byteLength),c=[];for(let d=0;d+ji<=l.byteLength&&c.length<Hi;d+=ji){let f={time:Ft(l,d),offset:Ft(l,d+8),bytes:Ft(l,d+16)||0},p=c.at(-1)??{time:0,offset:this.#e-1};if(!(f.time>=p.time&&f.time<=s.time&&f.offset>p.offset&&f.offset<e))return!1;c.push(f)}return[this.places,this.duration,this.rest]=[c,s.time,Ft(r,8)||0],!0}async#r(t,e){let[s,n,r]=[this.#e,0,0];for(;;){let o=await this.#a(s,e);if(!o)break;o.kind==="PART"&&(n+=o.length);let a=this.places.at(-1)?.time??0;o.kind==="BASE"&&o.time>=a&&o.time-a>=r&&(this.places.push({time:o.time,offset:s,bytes:n}),n=0,this.places.length>=Hi&&(this.places=Na(this.places),r=Math.max(2*r,1e6))),this.duration=Math.max(this.duration,o.time),s+=M.HEAD+o.length,t(s)}this.rest=n,this.#d(s,!0)}async#a(t,e){let s=this.size-t;if(s<=0)return null;if(s<M.HEAD)return this.#d(t,!0);let n=M.parse(await this.#t.read(t,M.HEAD,e));return n?s<M.HEAD+n.length?this.#d(t,!0):n:this.#d(t,!1)}async#h(t,e,s){let n=await this.#t.read(t+M.HEAD,e.length,s);return M.intact(e,n)?n:this.#d(t,!1)}async#o(t,e){let s=this.damage,n=await this.#a(t,e),r=n&&await this.#h(t,n,e);return this.damage=s,[n,r]}#d(t,e){return(!this.damage||t<this.damage.offset)&&(this.damage={offset:t,cut:e}),null}}});function ss({places:i,rest:t,duration:e},s){if(i.length===0||e<=0)return[];let n=new Array(s).fill(0),r=[...i,{time:e,bytes:t}],o=0;for(let{time:h,bytes:l}of r){let[c,d]=[o/e*s,h/e*s];for(let f=Math.floor(c);f<Math.min(s,d);f+=1){let p=Math.min(d,f+1)-Math.max(c,f);n[f]+=l*p/(d-c)}o=h}let a=Math.max(...n);return a>0?n.map(h=>Math.sqrt(h/a)):[]}var qi=g(()=>{"use strict"});var Xi,Wi=g(()=>{"use strict";Xi=`
:is(#controls, #speeds, #heading, #preview) {
  color: var(--text);
  /* 13 px, unless the browser's settings say that text is to be larger. */
  font: var(--framecast-font, small/1.4 system-ui, sans-serif);
  letter-spacing: normal;
  text-align: start;
  text-transform: none;
  text-size-adjust: 100%;
  -webkit-user-select: none;
  user-select: none;
}

#controls,
#speeds,
#heading,
#notice {
  border: 1px solid var(--line);
  background: var(--surface);
  box-shadow: var(--shadow);
  -webkit-backdrop-filter: blur(14px) saturate(1.4);
  backdrop-filter: blur(14px) saturate(1.4);
}

#controls,
#heading {
  transition: opacity 0.3s;
}

/* While it plays and nobody does anything. Goes slowly, comes at once. */
.quiet:is(#controls, #heading) {
  opacity: 0;
  pointer-events: none;
}

#view.quiet {
  cursor: none;
}

#controls {
  position: absolute;
  z-index: 2;
  right: max(8px, env(safe-area-inset-right));
  bottom: max(8px, env(safe-area-inset-bottom));
  left: max(8px, env(safe-area-inset-left));
  display: flex;
  align-items: center;
  gap: 4px;
  box-sizing: border-box;
  /* A picture that is very wide needs no time line that is. */
  max-width: 72em;
  height: 3.1em;
  margin-inline: auto;
  padding: 0 6px;
  border-radius: 14px;
  white-space: nowrap;
}

#controls > button {
  display: grid;
  flex: none;
  place-items: center;
  min-width: 2.3em;
  height: 2.3em;
  padding: 0;
  border-radius: 1.15em;
  color: var(--text-quiet);
  transition: background-color 0.15s, color 0.15s;
}

#controls > #play {
  color: var(--text);
}

#controls > #speed {
  min-width: 3.2em;
  font-weight: 600;
  font-variant-numeric: tabular-nums;
}

#controls > button:hover,
#controls > [aria-expanded="true"] {
  background: var(--hover);
  color: var(--text);
}

:is(#controls > button, #begin) svg {
  width: 1.23em;
  height: 1.23em;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.4;
  stroke-linecap: round;
  stroke-linejoin: round;
}

:is(#controls > #play, #begin) svg {
  fill: currentColor;
  stroke-width: 1;
}

#play[data-playing="false"] .pause,
#play[data-playing="true"] svg:not(.pause) {
  display: none;
}

#time {
  flex: none;
  padding: 0 6px;
  font-variant-numeric: tabular-nums;
}

#time-all {
  color: var(--text-quiet);
}

#time-all::before {
  content: "/";
  margin: 0 0.35em;
}

/* The time line: where much changed it is high. */

#timeline {
  position: relative;
  flex: 1;
  min-width: 3em;
  align-self: stretch;
  margin: 0 6px;
  cursor: pointer;
  touch-action: none;
  -webkit-tap-highlight-color: transparent;
}

#timeline:focus {
  outline: none;
}

.rail {
  position: absolute;
  inset: 0;
  --played: 0%;
}

.rail > * {
  position: absolute;
  pointer-events: none;
}

.strip {
  bottom: calc(50% + 2px);
  left: 0;
  width: 100%;
  height: calc(50% - 7px);
  fill: var(--text-quiet);
  opacity: 0.32;
}

.strip.played {
  fill: var(--accent);
  opacity: 0.6;
  clip-path: inset(0 calc(100% - var(--played)) 0 0);
}

.line {
  top: calc(50% - 2px);
  left: 0;
  right: 0;
  height: 4px;
  border-radius: 2px;
  background:
    linear-gradient(var(--accent), var(--accent)) 0 0 / var(--played) 100% no-repeat,
    color-mix(in srgb, var(--text-quiet) 45%, transparent);
}

.knob {
  top: calc(50% - 6.5px);
  left: var(--played);
  width: 13px;
  height: 13px;
  margin-left: -6.5px;
  border-radius: 50%;
  background: var(--accent);
  /* Seen where colors are taken away. */
  border: 1px solid transparent;
  box-sizing: border-box;
  transition: scale 0.15s;
}

#timeline:is(:hover, .dragged) .knob {
  scale: 1.25;
}

#timeline:focus-visible .knob {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
}

#preview {
  position: absolute;
  bottom: calc(100% + 8px);
  left: 0;
  display: grid;
  justify-items: center;
  gap: 3px;
  padding: 4px;
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--panel);
  box-shadow: var(--shadow);
  font-variant-numeric: tabular-nums;
  pointer-events: none;
}

#preview canvas {
  display: block;
  border-radius: 6px;
}

#preview canvas[width="0"] {
  display: none;
}

#preview span {
  padding: 0 4px;
}

#speeds {
  position: absolute;
  z-index: 3;
  right: max(8px, env(safe-area-inset-right));
  bottom: calc(max(8px, env(safe-area-inset-bottom)) + 3.1em + 8px);
  display: grid;
  box-sizing: border-box;
  max-height: calc(100% - 3.1em - 24px);
  overflow-y: auto;
  padding: 4px;
  border-radius: 14px;
  background: var(--panel);
}

#speeds button {
  min-width: 5.2em;
  padding: 0.28em 0.8em;
  border-radius: 9px;
  font-variant-numeric: tabular-nums;
  text-align: end;
}

#speeds button:hover {
  background: var(--hover);
}

#speeds [aria-checked="true"] {
  background: var(--accent);
  color: var(--on-accent);
  font-weight: 600;
}

/* What it is, and what is wrong with it. */

#heading {
  position: absolute;
  z-index: 2;
  top: max(8px, env(safe-area-inset-top));
  left: max(8px, env(safe-area-inset-left));
  box-sizing: border-box;
  max-width: calc(100% - 16px);
  margin: 0;
  padding: 5px 12px;
  border-radius: 14px;
  overflow-wrap: anywhere;
}

#heading-title {
  font-weight: 600;
}

#heading-detail {
  color: var(--text-quiet);
}

#heading-title:not(:empty) + #heading-detail:not(:empty) {
  margin-inline-start: 0.8em;
}

#begin {
  position: absolute;
  z-index: 1;
  inset: 0;
  display: grid;
  place-items: center;
  width: 4.6rem;
  height: 4.6rem;
  margin: auto;
  padding: 0;
  border-radius: 50%;
  background: var(--accent);
  box-shadow: var(--shadow);
  color: var(--on-accent);
  font-size: 1.75rem;
  transition: scale 0.15s;
}

#begin:hover {
  scale: 1.06;
}

/* A narrow element: the time line has a row of its own. */
@container (max-width: 27rem) {
  #controls {
    flex-wrap: wrap;
    height: auto;
    padding: 0 6px 3px;
    gap: 0 2px;
  }

  #timeline {
    order: -1;
    flex: 1 0 calc(100% - 16px);
    height: 2.3em;
    margin: 0 8px;
  }

  #time {
    flex: 1;
  }

  #speeds {
    bottom: calc(max(8px, env(safe-area-inset-bottom)) + 5em + 8px);
    max-height: calc(100% - 5em - 24px);
  }

  #begin {
    width: 3.4rem;
    height: 3.4rem;
    font-size: 1.3rem;
  }
}

@container (max-width: 13rem) {
  #time-all,
  #controls > #speed {
    display: none;
  }
}

@media (pointer: coarse) {
  #controls > button {
    min-width: 2.8em;
    height: 2.8em;
  }

  #speeds button {
    padding-block: 0.6em;
  }
}

@media (prefers-reduced-transparency: reduce), (prefers-contrast: more), (forced-colors: active) {
  :is(#controls, #speeds, #heading, #notice) {
    background: Canvas;
    -webkit-backdrop-filter: none;
    backdrop-filter: none;
  }
}

@media (forced-colors: active) {
  .line {
    background: linear-gradient(Highlight, Highlight) 0 0 / var(--played) 100% no-repeat, GrayText;
    forced-color-adjust: none;
  }

  .knob {
    background: Highlight;
    forced-color-adjust: none;
  }

  .strip,
  .strip.played {
    fill: CanvasText;
  }

  #speeds [aria-checked="true"] {
    forced-color-adjust: none;
    background: Highlight;
    color: HighlightText;
  }
}
`});var za,Ra,$a,Da,Xt,Gi=g(()=>{"use strict";Ve();re();te();za=168,Ra=112,$a=2**26,Da=64,Xt=class{#t;#e;#s=new Map;#i=new AbortController;constructor(t,e){this.#t=t,this.#e=e}async at(t){this.stop();let e=this.#t.placeBefore(t),s=this.#s.get(e.offset);if(s)return s;this.#i=new AbortController;let{signal:n}=this.#i;try{let r=await this.#t.picture(e,n),o=await this.#n(r,n);if(!o||n.aborted)return null;this.#s.set(e.offset,o);for(let a of this.#s.keys()){if(this.#s.size<=Da)break;this.#s.delete(a)}return o}catch{return null}}known(t){return this.#s.get(this.#t.placeBefore(t).offset)??null}stop(){this.#i.abort()}async#n(t,e){let s=new R;for(let c of t){let d=z.parsePart(c);if(!d||!Kt(d)||d.width*d.height>$a)continue;let f=await s.decode(d).catch(()=>null);if(f&&(e.aborted||s.draw({frame:d,pieces:[{tiles:d.tiles,bitmap:f}]}),s.canvas.hidden=!1,f.close(),e.aborted))return null}let{width:n,height:r}=s.canvas,o=this.#e.createElement("canvas"),a=o.getContext("2d",{alpha:!1});if(s.canvas.hidden||!a)return null;let h=this.#e.defaultView?.devicePixelRatio??1,l=Math.min(za*h/n,Ra*h/r,1);return Object.assign(o,{width:Math.max(1,Math.round(n*l)),height:Math.max(1,Math.round(r*l))}),a.imageSmoothingQuality="high",a.drawImage(s.canvas,0,0,o.width,o.height),Object.assign(s.canvas,{width:0,height:0}),o}}});var Ji={};en(Ji,{default:()=>ue});function Ua(i){let t=Yi.get(i);if(t)return t;let{CSSStyleSheet:e}=i.defaultView??globalThis,s=new e;return s.replaceSync(Xi),Yi.set(i,s),s}var _a,Pa,Vi,de,Q,Yi,ue,Zi=g(()=>{"use strict";gi();yi();Ne();H();Ci();re();Pi();Fi();Ue();qi();Wi();Gi();_t();_a=240,Pa=250,Vi=[1,2,4,8,15],de=1e-6,Q={now:()=>performance.now()/1e3,after:(i,t)=>setTimeout(i,t*1e3),cancel:i=>clearTimeout(i)},Yi=new WeakMap,ue=class extends EventTarget{thumbnails=null;#t;#e;#s=new R;#i=this.#s.canvas;#n=this.#s.readable();#r;#a;#h=new AbortController;#o=new AbortController;#d=null;#l=null;#c="";#u="idle";#m="";#f=null;#g=null;#p=0;#w=null;#y=!1;#x="";#b;constructor(t,e,s){super();let n=t.ownerDocument;this.#t=e,this.#b={...s},this.#e=n.defaultView??window,t.adoptedStyleSheets.push(Ua(n)),t.replaceChildren(...qe(n));let r=t.getElementById("view");r.append(this.#i);let{signal:o}=this.#h;this.#r=new j(r,this.#i,{shown:()=>this.#T,resized(){},looked(){}},o),this.#a=new Ut(this,t,e,o);let a=setInterval(()=>this.#E(),Pa);o.addEventListener("abort",()=>clearInterval(a));for(let h of["role","link","sequence","update"])delete e.dataset[h];this.#i.addEventListener("contextrestored",()=>this.#l?.redraw(),{signal:o}),this.#v()}set fit(t){this.#r.fit=t}set control(t){}requestControl(){}releaseControl(){}use(t){if(t===this.#c)return;let e=this.#c!=="";this.close(),this.#c=t,e&&(this.#b={...this.#b,currentTime:0,paused:!0},this.#y=!1,this.#i.hidden=!0,this.#D())}start(){this.#u!=="idle"||this.#c===""||this.#A()}close(){this.#k(),this.#S("idle","")}refuse(t){this.#k(),this.#c="",this.#S("refused",t)}retry(){this.#p=0,this.#l?.failure?.again?this.#l.retry():this.#c!==""&&(this.#u==="lost"||this.#u==="refused")&&this.#A()}stop(){this.#k(),this.#h.abort(),this.#i.remove();for(let t of["exact","playback"])delete this.#t.dataset[t]}focus(t){this.#i.parentElement?.focus(t)}async snapshot(){if(!this.#T)throw new Error("there is no picture yet");return await this.#s.png()}get size(){let t=this.#T;return t&&{width:t.width,height:t.height,ratio:t.ratio}}get info(){let t=this.#l,e=t?v.damage(t.recording.damage,this.duration,t.recording.size):"";return{state:this.#u,reason:this.#m||e,retryIn:this.#f===null?null:Math.max(0,this.#f-Q.now()),damage:e,progress:this.#w,waiting:t?.waiting??!1,ended:t?.ended??!1,begun:this.#y,title:t?.title??"",exact:this.#n&&this.#T?.exact===!0,readable:this.#n,fps:0,roundTrip:null,presenter:!1,role:"watch",held:t?.presenter!==null&&t!==null,by:t?.presenter??"",canAsk:!1,asks:!1}}get currentTime(){return this.#l?this.#l.time*de:this.#b.currentTime}set currentTime(t){if(!Number.isFinite(t))throw new TypeError("currentTime is a number of seconds");this.#b.currentTime=t,this.#l&&(this.#y=!0,this.#l.seek(t/de))}get duration(){return this.#l?this.#l.duration*de:NaN}get paused(){return this.#l?.paused??this.#b.paused}set paused(t){this.#b.paused=t,t?this.#l?.pause():this.#l?.play()}get ended(){return this.#l?.ended??!1}get seeking(){return this.#l?.seeking??!1}get playbackRate(){return this.#l?.rate??this.#b.playbackRate}set playbackRate(t){this.#b.playbackRate=t,this.#l&&(this.#l.rate=t)}play(){this.paused=!1}pause(){this.paused=!0}step(t){this.#y=!0,this.#l?.step(t)}get#T(){return this.#l?.shown??null}#k(){Q.cancel(this.#g),this.#o.abort(),this.#l&&(this.#b={...this.#b,currentTime:this.currentTime,paused:this.paused,playbackRate:this.playbackRate}),this.thumbnails?.stop(),this.#l?.stop(),this.#d?.stop(),[this.#l,this.#d,this.thumbnails,this.#w,this.#f]=[null,null,null,null,null]}async#A(){this.#k(),this.#o=new AbortController;let{signal:t}=this.#o;this.#S("connecting","");try{let e=(a,h)=>{this.#w={read:a,size:h},this.#a.update()},{origin:s}=this.#e.location,n=this.#e.fetch.bind(this.#e),r=await We(this.#c,{...Q,fetch:n,origin:s,signal:t,progress:e});if(t.aborted)return r.stop();this.#d=r;let o=await qt.open(r,{signal:t,progress:a=>e(a,r.size)});t.throwIfAborted(),this.#M(r,o)}catch(e){if(t.aborted)return;this.#L(e)}}#M(t,e){let s=this.#b;this.#p=0,this.#w=null,this.thumbnails=new Xt(e,this.#t.ownerDocument);let n=new jt(e,{...Q,ahead:(o,a,h)=>t.ahead(o,a,h),decode:o=>this.#s.decode(o),draw:o=>this.#s.draw(o),loops:()=>this.#t.hasAttribute("loop"),changed:o=>this.#C(o)});n.rate=s.playbackRate,this.#l=n,this.#a.timeline.strip(ss(e,_a)),this.#S("connected",""),this.#I("durationchange"),this.#I("loadedmetadata");let r=!s.paused||this.#t.hasAttribute("autoplay");this.#y||=r||s.currentTime>0,n.seek(s.currentTime/de),r&&n.play()}#L(t){let e=t instanceof w?t:new w("The recording cannot be read.",{cause:t});if(this.#k(),e.again){let s=Vi[Math.min(this.#p,Vi.length-1)]??0;this.#p+=1,this.#f=Q.now()+s,this.#g=Q.after(()=>this.#A(),s)}this.#S(e.again?"lost":"refused",e.message),this.#I("error")}#C(t){let e=this.#l;if(e){if(t==="play"&&(this.#y=!0),(t==="shown"||t==="texts")&&this.#N(e),t==="failed"){let{failure:s}=e;this.#f=e.retryAt,this.#S(s?s.again?"lost":"refused":"connected",s?.message??""),s&&this.#I("error")}else t!=="shown"&&t!=="texts"&&t!=="damaged"&&!(t==="playing"&&e.paused)&&this.#I(t);(t==="seeked"||t==="pause"||t==="ended")&&this.#I("timeupdate"),t!=="shown"&&this.#v()}}#N({shown:t,title:e,cursor:s}){if(t){let n=this.#i.hidden;this.#r.painted(t),n&&this.#r.arrange(),this.#t.dataset.exact=String(this.#n&&t.exact),n&&this.#I("loadeddata"),this.#D()&&this.#v()}this.#i.style.cursor=ee.known(s),this.#i.setAttribute("aria-label",e||"Recording")}#E(){let t=this.#l;t&&!t.paused&&!t.seeking&&this.#I("timeupdate"),this.#f!==null&&this.#a.update()}#S(t,e){[this.#u,this.#m]=[t,e],this.#v()}#v(){let{dataset:t}=this.#t,e=this.#l;t.state=this.#u,t.playback=e?e.seeking?"seeking":e.waiting?"waiting":e.ended?"ended":e.paused?"paused":"playing":"none",this.#a.update(),this.dispatchEvent(new Event("change"))}#D(){let t=JSON.stringify(this.size);return t===this.#x?!1:(this.#x=t,this.dispatchEvent(new Event("resize")),!0)}#I(t){this.#t.dispatchEvent(new Event(t))}}});Wt();pe();var U={close:["M4.25 4.25l7.5 7.5M11.75 4.25l-7.5 7.5"],details:["M2.5 4h5M5 8h6M9 12h4.5"],viewers:["M8.5 5.5a2.5 2.5 0 1 1-5 0a2.5 2.5 0 1 1 5 0","M1.5 13a4.5 4.5 0 0 1 9 0M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12.2 9.2a4.5 4.5 0 0 1 2.3 3.8"],save:["M8 2.5v7.25M4.75 6.75 8 10l3.25-3.25M2.5 11v1A1.5 1.5 0 0 0 4 13.5h8a1.5 1.5 0 0 0 1.5-1.5v-1"],fullscreen:["M2.5 6V4A1.5 1.5 0 0 1 4 2.5h2M10 2.5h2A1.5 1.5 0 0 1 13.5 4v2M13.5 10v2a1.5 1.5 0 0 1-1.5 1.5h-2M6 13.5H4A1.5 1.5 0 0 1 2.5 12v-2"],keyboard:["M3.25 3.5h9.5a1.75 1.75 0 0 1 1.75 1.75v5.5a1.75 1.75 0 0 1-1.75 1.75h-9.5a1.75 1.75 0 0 1-1.75-1.75v-5.5a1.75 1.75 0 0 1 1.75-1.75z","M4 6.25h.01M6.67 6.25h.01M9.33 6.25h.01M12 6.25h.01M4 8.25h.01M6.67 8.25h.01M9.33 8.25h.01M12 8.25h.01M5.5 10.5h5"]};function me(i){let{make:t,tool:e}=et(i),s=(l,c,d={})=>t("button",{id:l,type:"button",class:"word",...d},c),n=(l,c,d,...f)=>t("section",{id:l,part:`panel ${l}`,"aria-labelledby":`${l}-title`,hidden:""},t("header",{},t("h2",{id:`${l}-title`},c),e(`${l}-hide`,U.close,d)),...f),r={hidden:""},o={role:"status","aria-live":"polite"},a=(l,c,d)=>t("fieldset",{},t("legend",{},c),...d.map(([f,p],m)=>t("label",{},t("input",{type:"radio",name:l,value:f,...m===0&&{checked:""}}),p))),h=t("div",{id:"links",...r},t("h3",{id:"links-title"},"Links"),t("ul",{id:"links-list","aria-labelledby":"links-title"}),t("form",{id:"link-form","aria-label":"New link"},t("label",{},"Name",t("input",{id:"link-name",required:"",maxlength:"32",pattern:"[A-Za-z0-9_\\-]+",title:"Letters, digits, - and _",autocomplete:"off",autocapitalize:"off",spellcheck:"false"})),a("link-role","Role",[["watch","to watch"],["drive","to drive"]]),a("link-lifetime","Valid for",[["86400","a day"],["3600","an hour"],["604800","a week"],["","as long as mine"]]),t("button",{id:"link-add",type:"submit",class:"word"},"Make a link")),t("p",{id:"links-told",...r}),t("div",{id:"link-made",...r},t("label",{id:"link-made-label",for:"link-address"}),t("div",{class:"row"},t("input",{id:"link-address",readonly:"",spellcheck:"false"}),s("link-copy","Copy",{class:"word strong"})),t("p",{id:"link-local",...r},"It works on this machine only, as you came by 127.0.0.1: open this page by the name that the others use, and make the link there.")),t("p",{},"Links that are made here end with yours, and with the program."));return[t("div",{id:"status",part:"status",role:"group","aria-label":"Status","data-role":"offline"},t("button",{id:"status-show",type:"button","aria-label":"Status","aria-expanded":"true","aria-controls":"status-more","aria-description":"Arrow keys move it to another corner"},t("span",{class:"dot"})),t("div",{id:"status-more"},t("span",{id:"role"}),s("ask","",r),s("record","",r),t("span",{id:"leave"},"F6 leaves the picture"),t("span",{id:"rate",class:"number"}),t("span",{id:"delay",class:"number",title:"Round trip"}),t("span",{class:"buttons"},e("details-show",U.details,"Details",{title:"Details: where the time goes","aria-expanded":"false","aria-controls":"details"}),e("viewers-show",U.viewers,"Viewers",{title:"Viewers: who is here","aria-expanded":"false","aria-controls":"viewers",...r}),e("save",U.save,"Save the picture",{title:"Save the picture as a PNG file",...r}),e("fullscreen",U.fullscreen,"Full screen",{"aria-pressed":"false"}),e("keyboard",U.keyboard,"On-screen keyboard",{"aria-pressed":"false",...r}),e("status-hide",U.close,"Hide status")))),n("details","From input to picture","Hide details",t("p",{},"What an update takes, in milliseconds"),t("dl",{id:"details-steps"}),t("dl",{id:"details-totals"}),t("dl",{id:"details-facts"}),t("p",{},"Medians and means of the last two seconds. At rest, the times are those of the last update.")),n("viewers","Viewers","Hide viewers",t("ul",{id:"viewers-list"}),s("take","Take control back",r),t("div",{id:"away",...r},t("h3",{id:"away-title"},"Sent away"),t("ul",{id:"away-list","aria-labelledby":"away-title"})),h),t("div",{id:"shape"}),t("div",{id:"view",part:"view"}),t("div",{id:"above"},t("section",{id:"prompt",part:"prompt","aria-label":"Somebody asks for control",...r},t("p",{id:"prompt-text"}),s("prompt-later","Not now"),s("prompt-grant","Grant",{class:"word strong"})),t("section",{id:"offer",part:"prompt offer","aria-label":"Text to copy",...r},t("p",{},"The application offers text to copy",t("span",{id:"offer-text"})),s("offer-later","Not now"),s("offer-copy","Copy",{class:"word strong"})),t("section",{id:"visit",part:"prompt visit","aria-label":"Address to open",...r},t("p",{},"The application asks to open this address",t("span",{id:"visit-address"})),s("visit-later","Dismiss"),t("a",{id:"visit-open",class:"word strong",target:"_blank",rel:"noopener noreferrer",referrerpolicy:"no-referrer"},"Open")),t("p",{id:"note",part:"prompt note",...r})),t("section",{id:"notice",part:"notice",class:"busy","aria-label":"Connection",...r},t("span",{class:"pulse","aria-hidden":"true"}),t("div",{},t("p",{id:"notice-title"}),t("p",{id:"notice-detail"})),t("button",{id:"retry",type:"button",...r},"Try now")),t("p",{id:"announcement",...o})]}var hn=()=>({type:"request_control"}),ln=()=>({type:"release_control"}),cn=()=>({type:"take_control"}),dn=i=>({type:"grant_control",number:i}),un=i=>({type:"disconnect",number:i}),fn=i=>({type:"let_in",number:i}),pn=i=>({type:i?"resume_recording":"pause_recording"});function mn(i){let t=[i.you&&"you",i.presenter?"in control":i.role==="watch"&&"watches only",i.asks&&"asks for control",!i.visible&&"hidden"];return{number:i.number,name:i.label,note:t.filter(Boolean).join(", "),quiet:!i.visible,grant:!i.presenter&&!i.you&&i.role==="drive",disconnect:!i.you}}function gn(i,t){return i.find(e=>e.asks&&!t.has(e.number))??null}function wn(i,t){let e=(n,r)=>[...n].filter(([o])=>!r.has(o)).map(([,o])=>o),s=(n,r)=>n.length===0?"":n.length===1?`${n[0]} ${r}.`:`${n.length} viewers ${r}.`;return[s(e(t,i),"joined"),s(e(i,t),"left")].filter(Boolean).join(" ")}function bn(i,{presenter:t,can_ask:e,asks:s},{asked:n,declined:r}){return i==="none"?t||s?"release":null:t||s||!e?null:r||i==="request"&&!n?"request":null}function yn(i){return i==="request"||i==="none"?i:"auto"}var x=Object.freeze({request:hn,release:ln,take:cn,grant:dn,disconnect:un,letIn:fn,record:pn,wish:bn,mode:yn,row:mn,asker:gn,changes:wn});we();var hs=`
/* The element itself, its colors, and what all parts of it share. */

:host {
  --ground: var(--framecast-background, light-dark(#eceae6, #101214));
  --surface: var(--framecast-surface, light-dark(rgb(255 255 255 / 0.94), rgb(30 33 38 / 0.94)));
  --panel: var(--framecast-panel, light-dark(rgb(255 255 255 / 0.96), rgb(30 33 38 / 0.96)));
  --line: var(--framecast-line, light-dark(rgb(20 22 26 / 0.1), rgb(255 255 255 / 0.1)));
  --text: var(--framecast-text, light-dark(#1b1d21, #eef0f3));
  --text-quiet: var(--framecast-text-quiet, light-dark(#555a62, #b0b6bf));
  --hover: light-dark(rgb(20 22 26 / 0.07), rgb(255 255 255 / 0.1));
  --accent: var(--framecast-accent, light-dark(#2459c8, #7aa7ff));
  --on-accent: var(--framecast-on-accent, light-dark(#fff, #0c1220));
  --presenter: var(--framecast-presenter, light-dark(#1a9c5b, #3fcf8a));
  --observer: var(--framecast-observer, light-dark(#3b74e8, #7aa7ff));
  --offline: var(--framecast-offline, light-dark(#c9821b, #f0b14a));
  --shadow: 0 1px 2px light-dark(rgb(0 0 0 / 0.08), rgb(0 0 0 / 0.4)),
    0 6px 20px light-dark(rgb(0 0 0 / 0.1), rgb(0 0 0 / 0.4));
  --gap: 12px;
  --edge: 4px;

  display: block;
  position: relative;
  isolation: isolate;
  overflow: hidden;
  contain: layout paint;
  container-type: inline-size;
  /* Where nothing else says how large it is. */
  contain-intrinsic-inline-size: 300px;
  background: var(--ground);
}

/* Not the element itself: its em is the page's. */
:is(#status, #details, #viewers, #above, #notice) {
  color: var(--text);
  /* 13 px, unless the browser's settings say that text is to be larger. */
  font: var(--framecast-font, small/1.4 system-ui, sans-serif);
  letter-spacing: normal;
  text-align: start;
  text-transform: none;
  text-size-adjust: 100%;
}

[hidden],
:host([hidden]) {
  display: none !important;
}

/* Where nothing else says how high it is: the picture's own shape. */
#shape {
  aspect-ratio: 4 / 3;
}

#view {
  position: absolute;
  inset: 0;
  overflow: hidden;
}

#view canvas {
  transition: filter 0.3s;
}

/* An old picture should not pass for a live one. */
:host(:is([data-state="idle"], [data-state="lost"], [data-state="refused"], [data-state="ended"])) #view canvas {
  filter: saturate(0.25) brightness(0.7);
}

#view:focus {
  outline: none;
}

/* A text area always counts as :focus-visible; input.js knows who came here by keyboard. */
#view:focus-visible::after,
:host([data-focus="keyboard"]) #view::after {
  content: "";
  position: absolute;
  inset: 0;
  border: 2px solid var(--accent);
  pointer-events: none;
}

button {
  margin: 0;
  border: 0;
  background: none;
  color: inherit;
  font: inherit;
  cursor: pointer;
  touch-action: manipulation;
  -webkit-tap-highlight-color: transparent;
}

:is(button, a, input, select):focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: -1px;
}

/* The notice over the picture. */

#notice {
  position: absolute;
  z-index: 1;
  inset: 0;
  display: flex;
  align-items: center;
  flex-wrap: wrap;
  gap: 12px 14px;
  width: max-content;
  max-width: min(calc(100% - 2 * var(--gap)), 31em);
  height: max-content;
  box-sizing: border-box;
  margin: auto;
  padding: 14px 16px;
  border-radius: 14px;
  /* A connection that is there at once needs no notice. */
  animation: appear 0.25s 0.25s both;
}

#notice.busy {
  padding: 8px 14px;
}

/* Where the button has no room beside this width, it goes below. */
#notice:not(.busy) > div {
  flex: 1 1 11.5em;
}

#notice > div {
  min-width: 0;
}

#notice p {
  margin: 0;
  overflow-wrap: break-word;
}

#notice:not(.busy) #notice-title {
  font-size: 1.15em;
  font-weight: 600;
}

#notice-detail {
  color: var(--text-quiet);
  font-variant-numeric: tabular-nums;
}

#notice-detail:empty {
  display: none;
}

#retry {
  flex: none;
  margin-left: auto;
  /* Seen where colors are taken away. */
  border: 1px solid transparent;
  padding: 6px 13px;
  border-radius: 9px;
  background: var(--accent);
  color: var(--on-accent);
  font-weight: 600;
}

#retry:hover {
  filter: brightness(1.08);
}

.pulse {
  flex: none;
  width: 8px;
  height: 8px;
  border-radius: 50%;
  background: var(--offline);
  animation: pulse 1.6s ease-in-out infinite;
}

@container (max-width: 18.7rem) {
  #notice:not(.busy) {
    gap: 4px 10px;
    padding: 8px 12px;
  }

  #notice:not(.busy) #notice-title {
    font-size: inherit;
  }

  #notice:not(.busy) .pulse {
    display: none;
  }
}

@keyframes appear {
  from {
    opacity: 0;
  }
}

@keyframes pulse {
  50% {
    opacity: 0.25;
  }
}

#announcement {
  position: absolute;
  width: 1px;
  height: 1px;
  margin: 0;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
`;var ls=`
@media (prefers-reduced-motion: reduce) {
  *,
  *::before,
  *::after {
    transition: none !important;
    animation: none !important;
  }
}

@media (prefers-reduced-transparency: reduce), (prefers-contrast: more), (forced-colors: active) {
  #status.small {
    opacity: 1;
  }

  #status:not(.small),
  #status.small .dot,
  #notice {
    -webkit-backdrop-filter: none;
    backdrop-filter: none;
  }

  #status:not(.small),
  #details,
  #viewers,
  #prompt,
  #offer,
  #visit,
  #note,
  #notice {
    background: Canvas;
  }

  #status.small .dot {
    box-shadow: 0 0 0 3px Canvas;
  }
}

/* Colors of our own are taken away there, and shadows. */
@media (forced-colors: active) {
  .dot {
    border: 1px solid Canvas;
    background: CanvasText;
    forced-color-adjust: none;
  }

  .track > span {
    background: CanvasText;
    forced-color-adjust: none;
  }
}

@media (prefers-contrast: more) {
  :host {
    --text-quiet: var(--text);
    --line: currentcolor;
  }
}
`;var cs=`
/* The details: numbers in columns, so that nothing moves when they change. Without blur: what measures should
   cost little. */

#details,
#viewers {
  position: absolute;
  z-index: 2;
  right: max(var(--edge), env(safe-area-inset-right));
  bottom: calc(max(var(--edge), env(safe-area-inset-bottom)) + var(--row));
  box-sizing: border-box;
  width: min(22.2em, calc(100% - 2 * var(--edge)));
  max-height: calc(100% - 2 * var(--edge) - var(--row) - 8px);
  overflow-y: auto;
  overscroll-behavior: contain;
  padding: 8px 14px 12px;
  border: 1px solid var(--line);
  border-radius: 14px;
  background: var(--panel);
  box-shadow: var(--shadow);
  font-variant-numeric: tabular-nums;
  -webkit-user-select: none;
  user-select: none;
  /* The height of the status, beside which it opens. */
  --row: calc(2.62em + 6px);
}

[data-corner^="top"] ~ :is(#details, #viewers) {
  top: calc(max(var(--edge), env(safe-area-inset-top)) + var(--row));
  bottom: auto;
}

[data-corner$="left"] ~ :is(#details, #viewers) {
  right: auto;
  left: max(var(--edge), env(safe-area-inset-left));
}

#details header,
#viewers header {
  display: flex;
  align-items: center;
  justify-content: space-between;
  margin-right: -8px;
}

#details h2,
#viewers h2 {
  margin: 0;
  font-size: 1em;
  font-weight: 600;
}

#details p {
  margin: 0;
  color: var(--text-quiet);
  font-size: 0.85em;
}

#details dl {
  margin: 6px 0 0;
}

#details-totals,
#details-facts {
  padding-top: 6px;
  border-top: 1px solid var(--line);
}

#details-facts + p {
  margin-top: 8px;
}

#details dl > div {
  display: flex;
  align-items: center;
  gap: 10px;
  font-size: 0.93em;
  line-height: 1.6;
}

#details dt {
  flex: none;
  width: 10.2em;
  color: var(--text-quiet);
  white-space: nowrap;
}

#details dd {
  display: flex;
  flex: 1;
  align-items: center;
  gap: 10px;
  min-width: 0;
  margin: 0;
  white-space: nowrap;
}

#details-totals dd {
  font-weight: 600;
}

.value {
  flex: none;
  min-width: 4.4em;
  margin-left: auto;
  text-align: right;
}

.track {
  position: relative;
  flex: 1;
  height: 4px;
  overflow: hidden;
  border-radius: 2px;
}

#details-steps .track {
  background: var(--hover);
}

.track > span {
  position: absolute;
  top: 0;
  bottom: 0;
  border-radius: 2px;
  background: var(--accent);
}

@media (pointer: coarse) {
  #details {
    --row: calc(3.23em + 6px);
  }
}

/* Who is here, and who asks for control: for who manages them. */

#viewers {
  width: min(29em, calc(100% - 2 * var(--edge)));
}

#viewers ul {
  margin: 4px 0 0;
  padding: 0;
  list-style: none;
}

#viewers li {
  display: flex;
  align-items: center;
  gap: 6px;
  padding: 4px 0;
}

#viewers li > span {
  flex: 1;
  min-width: 0;
  overflow-wrap: anywhere;
}

#viewers small {
  display: block;
  color: var(--text-quiet);
  font-size: 0.85em;
}

#viewers .quiet > span {
  color: var(--text-quiet);
}

#take {
  margin-top: 6px;
}

#away,
#links {
  margin-top: 8px;
  border-top: 1px solid var(--line);
  padding-top: 6px;
}

:is(#away, #links) h3,
#links :is(label, p) {
  margin: 0;
  color: var(--text-quiet);
  font-size: 0.85em;
}

:is(#away, #links) h3 {
  font-weight: 600;
}

#link-form {
  display: grid;
  justify-items: start;
  gap: 8px;
  margin: 6px 0 8px;
}

#link-form > label {
  justify-self: stretch;
}

#links fieldset {
  display: flex;
  flex-wrap: wrap;
  gap: 4px 12px;
  margin: 0;
  border: 0;
  padding: 0;
  font-size: 0.85em;
}

#links legend {
  margin-bottom: 2px;
  padding: 0;
  color: var(--text-quiet);
}

#links fieldset label {
  display: inline-flex;
  align-items: center;
  gap: 5px;
  color: var(--text);
  font-size: 1em;
}

#links [type="radio"] {
  margin: 0;
  accent-color: var(--accent);
}

#links input::selection {
  background: var(--accent);
  color: var(--on-accent);
}

#links input:not([type="radio"]) {
  display: block;
  box-sizing: border-box;
  width: 100%;
  height: 2.17em;
  margin: 2px 0 0;
  padding: 0 0.5em;
  border: 1px solid var(--text-quiet);
  border-radius: 8px;
  background: var(--panel);
  color: var(--text);
  font: inherit;
  font-size: 1.1em;
  -webkit-user-select: text;
  user-select: text;
}

#links .row {
  display: flex;
  align-items: center;
  gap: 6px;
  margin: 2px 0 8px;
}

#links .row input {
  flex: 1;
  min-width: 0;
  margin: 0;
  font-size: 1em;
}

/* What is asked, offered or said, above all, and not over the status. */

#above {
  position: absolute;
  z-index: 3;
  top: max(var(--gap), env(safe-area-inset-top));
  left: var(--gap);
  right: var(--gap);
  display: flex;
  flex-direction: column;
  align-items: center;
  gap: 8px;
  pointer-events: none;
}

[data-corner^="top"] ~ #above {
  top: calc(max(var(--gap), env(safe-area-inset-top)) + 3.4em);
}

#prompt,
#offer,
#visit,
#note {
  box-sizing: border-box;
  max-width: min(100%, 35.4em);
  margin: 0;
  padding: 8px 8px 8px 16px;
  border: 1px solid var(--line);
  border-radius: 14px;
  background: var(--panel);
  box-shadow: var(--shadow);
  pointer-events: auto;
}

#prompt,
#offer,
#visit {
  display: flex;
  align-items: center;
  flex-wrap: wrap;
  justify-content: end;
  gap: 6px;
}

#note {
  padding: 8px 16px;
  overflow-wrap: anywhere;
}

:is(#prompt, #offer, #visit) p {
  flex: 1 1 auto;
  min-width: 0;
  margin: 0 8px 0 0;
  overflow-wrap: anywhere;
}

#offer p {
  flex-basis: 11.5em;
}

#offer-text {
  display: block;
  max-width: 27em;
  overflow: hidden;
  color: var(--text-quiet);
  font-size: 0.85em;
  white-space: nowrap;
  text-overflow: ellipsis;
}

#visit p {
  flex-basis: 100%;
}

/* All of it, however long: it says where it leads. */
#visit-address {
  display: block;
  max-height: 9em;
  overflow: auto;
  margin-top: 4px;
  font-family: ui-monospace, monospace;
  font-size: 0.93em;
  overflow-wrap: anywhere;
  user-select: text;
}

a.word {
  box-sizing: border-box;
  line-height: 2.17em;
  text-decoration: none;
}

a.word:not([href]) {
  opacity: 0.55;
}

/* A button that says in words what it does. */
#status button.word,
:is(button, a).word {
  display: block;
  flex: none;
  width: auto;
  height: 2.17em;
  padding: 0 0.85em;
  border-radius: 1.09em;
  background: var(--hover);
  color: var(--text);
  font-size: 0.93em;
  font-weight: 600;
  white-space: nowrap;
}

:is(button, a[href]).word:hover {
  filter: brightness(1.08);
}

:is(button, a).word.strong {
  background: var(--accent);
  color: var(--on-accent);
}

@media (pointer: coarse) {
  #viewers {
    --row: calc(3.23em + 6px);
  }

  #status button.word,
  :is(button, a).word {
    height: 3em;
    border-radius: 1.5em;
  }

  a.word {
    line-height: 3em;
  }

  /* Below 16 pixels an iPhone zooms the page when one is tapped. */
  #links input:not([type="radio"]) {
    height: 2.75em;
    font-size: max(16px, 1.1em);
  }

  #links fieldset label {
    min-height: 2.75em;
  }
}
`;var ds=`
/* The pill in the corner: for who asks for it. */

:host(:not([stats])) :is(#status, #details, #viewers) {
  display: none;
}

/* The pill in its corner, or its dot, which stays where it is: the row begins there. */

#status {
  position: absolute;
  z-index: 2;
  display: flex;
  align-items: center;
  box-sizing: border-box;
  max-width: calc(100% - 2 * var(--edge));
  height: 2.62em;
  padding: 0 3px;
  border-radius: 1.31em;
  white-space: nowrap;
  /* A finger drags it. */
  touch-action: none;
  -webkit-user-select: none;
  user-select: none;
}

[data-corner^="bottom"] {
  bottom: max(var(--edge), env(safe-area-inset-bottom));
}

[data-corner^="top"] {
  top: max(var(--edge), env(safe-area-inset-top));
}

[data-corner$="right"] {
  right: max(var(--edge), env(safe-area-inset-right));
}

[data-corner$="left"] {
  left: max(var(--edge), env(safe-area-inset-left));
}

[data-corner$="right"],
[data-corner$="right"] :is(#status-more, .buttons) {
  flex-direction: row-reverse;
}

#status.dragged {
  cursor: grabbing;
}

#status.small {
  height: auto;
  padding: 0;
  opacity: 0.6;
  transition: opacity 0.6s;
}

/* Goes slowly, comes at once. */
#status.small:is(:hover, :focus-within) {
  opacity: 1;
  transition: none;
}

#status:not(.small),
#notice {
  background: var(--surface);
  border: 1px solid var(--line);
  box-shadow: var(--shadow);
  -webkit-backdrop-filter: blur(14px) saturate(1.4);
  backdrop-filter: blur(14px) saturate(1.4);
}

#status-more {
  display: flex;
  align-items: center;
  gap: 10px;
  min-width: 0;
}

.dot {
  flex: none;
  width: 8px;
  height: 8px;
  border-radius: 50%;
  background: var(--offline);
}

[data-role="presenter"] .dot {
  background: var(--presenter);
}

[data-role="observer"] .dot {
  background: var(--observer);
}

/* Everybody is to see that it is recorded, also by the dot alone. */
:is([data-recording="running"], [data-recording="paused"]) .dot {
  outline: 2px solid #e5484d;
  outline-offset: 2px;
}

[data-recording="paused"] .dot {
  outline-style: dotted;
}

#status #record:disabled {
  color: inherit;
  cursor: default;
}

#role {
  min-width: 0;
  overflow: hidden;
  font-weight: 600;
  text-overflow: ellipsis;
}

/* Only for those who came by keyboard, in the place of the numbers. */
#leave,
:host([data-focus="keyboard"]) .number {
  display: none;
}

:host([data-focus="keyboard"]) #leave {
  display: inline;
  overflow: hidden;
  color: var(--text-quiet);
  text-overflow: ellipsis;
}

.number {
  color: var(--text-quiet);
  font-variant-numeric: tabular-nums;
  text-align: right;
}

.number:empty {
  display: none;
}

#rate {
  min-width: 3.4em;
}

#delay {
  min-width: 3.4em;
}

.buttons {
  display: flex;
  flex: none;
  gap: 1px;
}

#status button,
#details button,
#viewers header button {
  display: grid;
  flex: none;
  place-items: center;
  width: 2em;
  height: 2em;
  padding: 0;
  border-radius: 1em;
  font-size: inherit;
  color: var(--text-quiet);
  transition: background-color 0.15s, color 0.15s;
}

#status button:hover,
#details button:hover,
#viewers header button:hover,
#status button[aria-pressed="true"],
#details-show[aria-expanded="true"],
#viewers-show[aria-expanded="true"] {
  background: var(--hover);
  color: var(--text);
}

#status svg,
#details svg,
#viewers svg {
  width: 1.23em;
  height: 1.23em;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.4;
  stroke-linecap: round;
  stroke-linejoin: round;
}

#status.small .dot {
  box-shadow: 0 0 0 1.5px var(--surface);
}

#status.small #status-show:not(:focus-visible) {
  background: none;
}

@container (max-width: 25rem) {
  .number,
  #role:has(+ #ask:not([hidden])) {
    display: none;
  }

  #status-more {
    gap: 6px;
  }
}

/* So small that what opens has no room; full screen leads to all of it. */
@container (max-width: 18.7rem) {
  #status #details-show,
  #status #viewers-show,
  #status #save {
    display: none;
  }

  /* The notice says it. */
  :host(:not([data-state="connected"])) #status-more {
    display: none;
  }
}

/* A mouse needs no keyboard on the screen; a finger needs room. */

#keyboard {
  display: none !important;
}

@media (any-pointer: coarse) {
  #keyboard:not([hidden]) {
    display: grid !important;
  }
}

@media (pointer: coarse) {
  #status {
    height: 3.23em;
    border-radius: 1.62em;
  }

  #status button,
  #details button,
  #viewers header button {
    width: 2.77em;
    height: 2.77em;
    border-radius: 1.39em;
  }

  /* The dot has room around it in its button. */
  #role {
    margin-inline: -7px;
  }

  #status svg {
    width: 1.46em;
    height: 1.46em;
  }
}
`;var us=new WeakMap;function be(i){let t=us.get(i);if(t)return t;let{CSSStyleSheet:e}=i.defaultView??globalThis,s=new e;return s.replaceSync(hs+ds+cs+ls),us.set(i,s),s}var Gt="token",Mn=/^[A-Za-z0-9_-]{1,256}$/;function ye(i){let t=i.replace(/^#/,"").split("&"),e=t.find(r=>r.startsWith(`${Gt}=`)),s=t.filter(r=>r!==e&&r!=="").join("&"),n=e?.slice(Gt.length+1)??"";return{token:Mn.test(n)?n:null,rest:s&&`#${s}`}}function Ln(i,t,e){let s=`framecast.token ${i.pathname}`,{token:n,rest:r}=ye(i.hash);i.hash.includes(`${Gt}=`)&&t.replaceState(t.state,"",`${i.pathname}${i.search}${r}`);try{if(!n)return ye(`#${Gt}=${e().getItem(s)??""}`).token;e().setItem(s,n)}catch{}return n}var fs=Object.freeze({parse:ye,take:Ln});var On=/\.html?$/,Cn=["http:","https:","blob:"],In=/\.fcast$/i;function xe(i,t,e=!1){let s;try{s=new URL(i,t)}catch{return null}if(e||In.test(s.pathname))return Cn.includes(s.protocol)?(s.hash=s.username=s.password="",{socket:s.href,token:null,recorded:!0}):null;let r={"http:":"ws:","https:":"wss:","ws:":"ws:","wss:":"wss:"}[s.protocol];if(!r)return null;let o=fs.parse(s.hash).token,a=On.test(s.pathname)?s.pathname.slice(0,s.pathname.lastIndexOf("/")):s.pathname;return s.protocol=r,s.hash=s.search=s.username=s.password="",s.pathname=a.endsWith("/")?a:`${a}/`,{socket:s.href,token:o}}I();var Nn=[.01,.02,.05,.1,.2,.5,1,2,5,10],ps=[["input","Input → drawn"],["encoded","Drawn → encoded"],["sent","Encoded → sent"],["received","Sent → received"],["decoded","Received → decoded"],["painted","Decoded → painted"]];function ve(i,{roundTrip:t,exact:e,readable:s}){let n=ps.reduce((l,[c])=>l+(i[c]??0),0),r=Nn.find(l=>n<=l)??n,o=0,a=ps.map(([l,c])=>{let d=i[l],f={label:c,text:Vt(d),start:o,length:(d??0)/r};return o+=f.length,f}),h=i.tilesPerUpdate;return{steps:a,totals:[{label:"Input → painted",text:Vt(i.answer)},{label:"Drawn → painted",text:Vt(i.total)}],facts:[{label:"Updates",text:`${ke(i.updatesPerSecond)} /s`},{label:"Data",text:`${ms(i.bytesPerSecond)}/s`},{label:"Per update",text:i.bytesPerUpdate===null?"–":ms(i.bytesPerUpdate)},{label:"Tiles per update",text:h===null?"–":ke(h)},{label:"Exact tiles",text:i.exactShare===null?"–":`${zn(i.exactShare)} %`},{label:"Shown now",text:i.bytesPerUpdate===null||!s?"–":e?"exact":"JPEG"},{label:"Round trip",text:t===null?"–":`${Vt(t)} ms`}]}}function Vt(i){return i===null?"–":(i*1e3).toFixed(1)}function ke(i){return i>0&&i<9.95?i.toFixed(1):String(Math.round(i))}function zn(i){return i>0&&i<.01?"< 1":i<1&&i>.99?"99":String(Math.round(i*100))}function ms(i){let t=["B","kB","MB","GB"],e=i,s=0;for(;Math.round(e)>=1e3&&s<t.length-1;)e/=1e3,s+=1;return`${s===0?Math.round(e):ke(e)} ${t[s]}`}var st=class{#t;#e;#s;#i;#n;#r=new Map;constructor(t,e){this.#t=t,this.#e=e,this.#s=e.ownerDocument,this.#i=u(e,"details"),this.#n=u(e,"details-show"),this.#i.addEventListener("mousedown",s=>s.preventDefault()),this.#n.addEventListener("click",()=>this.#a(this.#i.hidden)),u(e,"details-hide").addEventListener("click",()=>this.#a(!1))}update(){if(this.#i.hidden)return;let{steps:t,totals:e,facts:s}=ve(this.#t.ledger,this.#t.info);for(let{label:n,text:r,start:o,length:a}of t){this.#h("details-steps",n,r);let h=this.#o("details-steps",n,"bar");h.style.left=`${o*100}%`,h.style.width=`${a*100}%`}for(let{label:n,text:r}of e)this.#h("details-totals",n,r);for(let{label:n,text:r}of s)this.#h("details-facts",n,r)}close(){return this.#i.hidden?!1:(this.#a(!1),!0)}#a(t){!t&&this.#i.contains(this.#e.activeElement)&&this.#n.focus(),this.#i.hidden=!t,this.#n.setAttribute("aria-expanded",String(t)),this.update()}#h(t,e,s){let n=this.#o(t,e,"text");n.textContent!==s&&(n.textContent=s)}#o(t,e,s){let n=`${t} ${e} `,r=this.#r.get(n+s);if(r)return r;let o=this.#s.createElement("div"),a=this.#s.createElement("dt"),h=this.#s.createElement("dd"),l=this.#s.createElement("span"),c=this.#s.createElement("span"),d=this.#s.createElement("span");return a.textContent=e,c.className="track",c.append(d),l.className="value",h.append(c,l),o.append(a,h),u(this.#e,t).append(o),this.#r.set(`${n}text`,l).set(`${n}bar`,d),s==="text"?l:d}};var it=class{#t=new Map;#e=new Map;#s=-1/0;say(t,e,s=!1){if(this.#t.delete(t),e===""||!s&&this.#e.get(t)===e)return;this.#t.set(t,e);let[n]=this.#t.keys();this.#t.size>4&&n!==void 0&&this.#t.delete(n)}forget(t){this.#t.delete(t),this.#e.delete(t)}next(t){let[e]=this.#t;if(!e||t-this.#s<2)return null;let[s,n]=e;return this.#t.delete(s),this.#e.set(s,n),this.#s=t,n}};I();var Rn=/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Cs}<>:"/\\|?*~%]+/gu;function Ee(i,t){let s=[...i.replace(Rn," ").replace(/\s+/g," ").replace(/^[\s.]+/,"")].slice(0,60).join("").trim()||"framecast",n=a=>String(a).padStart(2,"0"),r=[String(t.getFullYear()).padStart(4,"0"),n(t.getMonth()+1),n(t.getDate())],o=[t.getHours(),t.getMinutes(),t.getSeconds()].map(n);return`${s} ${r.join("-")} ${o.join(".")}.png`}var nt=class{#t;#e;#s=null;#i=new WeakMap;constructor(t,e){this.#t=t,this.#e=e,t.addEventListener("focusin",s=>{let n=s.target,r=s.relatedTarget,o=n.closest("section");o&&r instanceof Element&&!o.contains(r)&&this.#i.set(o,r),this.#s=n})}check(){let t=this.#s;if(!t)return;let e=this.#t.ownerDocument,s=this.#t.activeElement;if(s&&s!==t)return;if(Te(t)){s||(this.#s=null);return}if(this.#s=null,!s&&e.activeElement&&e.activeElement!==e.body&&e.activeElement!==this.#t.host)return;let n=t.closest("section"),r=n&&this.#i.get(n);n&&Te(n)?n.querySelector("button:not([hidden])")?.focus():r instanceof HTMLElement&&Te(r)&&r.focus(),(!this.#t.activeElement||this.#t.activeElement===t)&&this.#e()}};function Te(i){return i.isConnected&&i.checkVisibility({visibilityProperty:!0})}Se();var gs="bottom-right";function rt(i){return i==="bottom-left"||i==="top-right"||i==="top-left"?i:gs}function $n({x:i,y:t},{width:e,height:s}){return`${t<s/2?"top":"bottom"}-${i<e/2?"left":"right"}`}function Dn(i,t){let[e,s]=i.split("-");switch(t){case"ArrowUp":return rt(`top-${s}`);case"ArrowDown":return rt(`bottom-${s}`);case"ArrowLeft":return rt(`${e}-left`);case"ArrowRight":return rt(`${e}-right`);default:return null}}var ot=Object.freeze({FIRST:gs,named:rt,nearest:$n,beside:Dn});function _n(i){try{return localStorage.getItem(i)}catch{return null}}function Pn(i,t){try{localStorage.setItem(i,t)}catch{}}var N=Object.freeze({get:_n,set:Pn});var ws="framecast.status.corner",Un=6,at=class{#t;#e;#s=new AbortController;#i=!0;#n;#r=null;#a=!1;constructor(t,e,s){this.#t=t,this.#e=s,t.dataset.corner=ot.named(N.get(ws)),t.addEventListener("pointerdown",o=>{o.button===0&&o.isPrimary&&(this.#r={id:o.pointerId,x:o.clientX,y:o.clientY})});let n=t.ownerDocument.defaultView??globalThis.window,{signal:r}=this.#s;n.addEventListener("pointermove",o=>this.#h(o),{signal:r,capture:!0}),n.addEventListener("pointercancel",()=>this.#o(),{signal:r}),n.addEventListener("pointerup",o=>{if(!this.#r)return;let{left:a,top:h,width:l,height:c}=e.getBoundingClientRect(),d={x:o.clientX-a,y:o.clientY-h};this.#a&&this.#l(ot.nearest(d,{width:l,height:c})),this.#o()},{signal:r,capture:!0}),t.addEventListener("click",o=>this.#d(o),{capture:!0}),t.addEventListener("keydown",o=>{if(o.ctrlKey||o.altKey||o.metaKey)return;let a=ot.beside(ot.named(t.dataset.corner??null),o.key);a&&(o.preventDefault(),o.stopPropagation(),this.#l(a))})}stop(){this.#s.abort(),clearTimeout(this.#n)}#h(t){let e=this.#r;if(!e||t.pointerId!==e.id)return;if(!(t.buttons&1)){this.#o();return}let[s,n]=[t.clientX-e.x,t.clientY-e.y];if(!this.#a){if(Math.hypot(s,n)<Un)return;this.#a=!0,this.#i=!1,this.#t.setPointerCapture(e.id),this.#t.classList.add("dragged")}this.#t.style.translate=`${s}px ${n}px`}#o(){this.#r=null,this.#a=!1,this.#t.classList.remove("dragged"),this.#t.style.translate="",this.#n=setTimeout(()=>this.#i=!0)}#d(t){this.#i||(t.preventDefault(),t.stopPropagation())}#l(t){this.#t.dataset.corner!==t&&(this.#t.dataset.corner=t,N.set(ws,t),this.#e(t.replace("-"," ")))}};function bs({secure:i,writes:t,active:e}){return i&&t&&e}async function Bn(i,t){let{clipboard:e,userActivation:s}=t.navigator,n={secure:t.isSecureContext,writes:typeof e?.writeText=="function",active:s?.isActive===!0};if(!bs(n))return!1;try{return await e.writeText(i),!0}catch{return!1}}async function Kn(i,t){try{return await t.defaultView?.navigator.clipboard.writeText(i),!0}catch{return jn(i,t)}}function jn(i,t){let e=Hn(t),s=t.createElement("textarea");Object.assign(s.style,{position:"fixed",top:"0",left:"0",width:"1px",height:"1px",opacity:"0"}),s.value=i,s.readOnly=!0,t.body.append(s);try{return s.focus({preventScroll:!0}),s.select(),t.execCommand("copy")}catch{return!1}finally{s.remove(),e?.focus({preventScroll:!0})}}function Hn(i){let t=i.activeElement;for(;t?.shadowRoot?.activeElement;)t=t.shadowRoot.activeElement;return t}var ht=Object.freeze({atOnce:bs,write:Bn,copy:Kn});I();var Fn=6,ys=120,lt=class{#t;#e;#s;#i;#n;#r="";#a;constructor(t,e,s){this.#n=s,this.#t=t.ownerDocument,this.#e=u(t,"note"),this.#s=u(t,"offer"),this.#i=u(t,"offer-text"),this.#s.addEventListener("mousedown",n=>n.preventDefault()),u(t,"offer-copy").addEventListener("click",()=>this.#h()),u(t,"offer-later").addEventListener("click",()=>this.close()),e.addEventListener("abort",()=>clearTimeout(this.#a))}say(t){this.#e.textContent=t,this.#e.hidden=!1,this.#n(t),clearTimeout(this.#a),this.#a=setTimeout(()=>this.#e.hidden=!0,Fn*1e3)}async offer(t){if(this.#r=t,await ht.write(t,this.#t.defaultView??window)){this.#r===t&&this.#o();return}if(this.#r!==t)return;let[e=""]=t.trim().split(`
`,1);this.#i.textContent=[...e.slice(0,2*ys)].slice(0,ys).join(""),this.#s.hidden=!1,this.#n("The application offers text to copy")}withdraw(){this.#o()}close(){return this.#s.hidden?!1:(this.#o(),!0)}async#h(){let t=this.#r,e=await ht.copy(t,this.#t);e&&this.#r===t&&this.#o(),this.say(e?"Copied":"The browser does not let this page copy")}#o(){this.#r="",this.#s.hidden=!0,this.#i.textContent=""}};var ct=class{hidden=!1;connected=!1;#t=!1;#e=!1;#s=0;news(t){this.#i(t+4)}hover(t,e){this.#t&&!t&&this.#i(e+1),this.#t=t}focus(t,e){this.#e&&!t&&this.#i(e+1),this.#e=t}open(t){return this.hidden?!1:!this.connected||this.#t||this.#e||t<this.#s}#i(t){this.#s=Math.max(this.#s,t)}};I();I();var qn=()=>({type:"list_links"}),Xn=(i,t,e)=>({type:"add_link",name:i,role:t,...e===null?{}:{lifetime:e}}),Wn=i=>({type:"revoke_link",name:i});function Gn({name:i,role:t,seconds:e,clients:s,made:n,own:r}){let o=[r&&"yours",t==="watch"?"to watch":"to drive",s>0&&`${s} here`,e!==null&&`ends in ${Vn(e)}`];return{name:i,note:o.filter(Boolean).join(", "),revoke:n&&!r}}function Vn(i){for(let[t,e]of[["d",86400],["h",3600],["min",60]])if(i>=e)return`${Math.floor(i/e)} ${t}`;return"less than a minute"}function Yn(i,t){let e=new URL(i.replace(/^ws/,"http"));return e.search="",e.hash=`token=${t}`,e.href}function Jn(i){return/^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/.test(new URL(i).hostname)}var D=Object.freeze({list:qn,add:Xn,revoke:Wn,row:Gn,address:Yn,isLocal:Jn});var dt=class{#t;#e;#s;#i;#n;#r;#a;#h;#o;#d;#l="";constructor(t,e,s){this.#t=t,this.#e=e,this.#s=e.ownerDocument,this.#d=s,this.#i=u(e,"links"),this.#n=u(e,"links-list"),this.#r=u(e,"link-name"),this.#a=u(e,"links-told"),this.#h=u(e,"link-made"),this.#o=u(e,"link-address"),u(e,"link-form").addEventListener("submit",n=>{n.preventDefault(),this.#u()}),u(e,"link-copy").addEventListener("click",()=>this.#f()),this.#o.addEventListener("focus",()=>this.#o.select()),t.addEventListener("links",n=>this.#m(n.detail))}refresh(){this.#t.listLinks()}close(){this.#l="",this.#p(""),this.#g()}update(){let t=this.#t.info.links;this.#i.hidden=t===null;let e=JSON.stringify(t);if(t===null||e===this.#l)return;this.#l=e;let s=this.#e.activeElement,n=s?this.#c().indexOf(s):-1;if(this.#n.replaceChildren(...t.map(a=>this.#w(D.row(a)))),!s||n<0)return;let r=this.#c();(this.#e.getElementById(s.id)??r[Math.min(n,r.length-1)]??this.#r).focus()}#c(){return Array.from(this.#n.querySelectorAll("button"))}#u(){let t=s=>this.#e.querySelector(`input[name="${s}"]:checked`).value,e=t("link-lifetime");this.#p(""),this.#g(),this.#t.addLink(this.#r.value,t("link-role")==="drive"?"drive":"watch",e===""?null:Number(e))}#m({made:t,refused:e}){e!==null&&this.#p(`Not done: ${e}`),t&&(this.#r.value="",u(this.#e,"link-made-label").textContent=`The address of ${t.name}, shown only now`,this.#o.value=t.address,this.#h.hidden=!1,u(this.#e,"link-local").hidden=!D.isLocal(t.address),this.#o.focus(),this.#o.scrollLeft=0,this.#d("links",`Made the link ${t.name}. Copy its address now: it is shown only once.`))}async#f(){let t=await ht.copy(this.#o.value,this.#s);this.#p(t?"Copied":"The browser does not let this page copy: select the address")}#g(){this.#h.hidden=!0,this.#o.value=""}#p(t){this.#a.textContent=t,this.#a.hidden=t==="",this.#d("links",t)}#w({name:t,note:e,revoke:s}){let n=this.#s.createElement("li"),r=this.#s.createElement("span"),o=this.#s.createElement("small");if(r.textContent=t,o.textContent=e,r.append(o),n.append(r),!s)return n;let a=this.#s.createElement("button");return a.type="button",a.className="word",a.id=`revoke-${t}`,a.textContent="Revoke",a.setAttribute("aria-label",`Revoke: ${t}`),a.addEventListener("click",h=>{h.detail>1||(this.#p(""),this.#t.revokeLink(t))}),n.append(a),n}};var ut=class{#t;#e;#s;#i;#n;#r;#a;#h;#o;#d=null;#l=null;#c=new Set;#u;#m=null;#f="";constructor(t,e,s){this.#u=s,this.#t=t,this.#e=e,this.#s=e.ownerDocument,this.#i=u(e,"viewers"),this.#n=u(e,"viewers-show"),this.#r=u(e,"viewers-list"),this.#a=u(e,"away-list"),this.#h=u(e,"prompt"),this.#o=new dt(t,e,s);for(let n of[this.#i,this.#h])n.addEventListener("mousedown",r=>{r.target instanceof Element&&r.target.closest("input, label")||r.preventDefault()});this.#n.addEventListener("click",()=>this.#y(this.#i.hidden)),u(e,"viewers-hide").addEventListener("click",()=>this.#y(!1)),u(e,"take").addEventListener("click",()=>t.takeControl()),u(e,"prompt-grant").addEventListener("click",()=>{this.#d!==null&&t.grantControl(this.#d)}),u(e,"prompt-later").addEventListener("click",()=>{this.putOff(),t.dispatchEvent(new Event("change"))})}putOff(){return this.#d===null?!1:(this.#c.add(this.#d),this.update(),!0)}close(){return this.#i.hidden?!1:(this.#y(!1),!0)}update(){let{manages:t,presenter:e,clients:s,sentAway:n}=this.#t.info;this.#n.hidden=!t,!t&&!this.#i.hidden&&this.#y(!1);for(let{number:c,asks:d}of s)d||this.#c.delete(c);this.#w(t?x.asker(s,this.#c):null),u(this.#e,"take").hidden=e,this.#p(t?s:null),this.#o.update();let r=JSON.stringify([s,n]);if(this.#i.hidden||r===this.#f)return;this.#f=r,this.#o.refresh();let o=this.#e.activeElement,a=o?this.#g().indexOf(o):-1;if(this.#r.replaceChildren(...s.map(c=>this.#x(x.row(c)))),this.#a.replaceChildren(...[...n].reverse().map(c=>this.#b(c))),u(this.#e,"away").hidden=n.length===0,!o||a<0)return;let h=this.#g();(this.#e.getElementById(o.id)??h[Math.min(a,h.length-1)]??u(this.#e,"viewers-hide")).focus()}#g(){return[this.#r,this.#a].flatMap(t=>Array.from(t.querySelectorAll("button")))}#p(t){if(!t||t.length===0){this.#m=null;return}let e=this.#m;if(this.#m=new Map(t.filter(({you:n})=>!n).map(({number:n,label:r})=>[n,r])),!e)return;let s=x.changes(e,this.#m);s&&this.#u("viewers",s)}#w(t){if(t||this.#u("question",""),this.#d=t?.number??null,t||(this.#l=null),this.#h.hidden=t===null,!t)return;let e=u(this.#e,"prompt-text"),s=`${t.label} asks for control`;e.textContent===s&&this.#l===t.number||(this.#l=t.number,e.textContent=s,this.#u("question",s))}#y(t){!t&&this.#i.contains(this.#e.activeElement)&&this.#n.focus(),this.#i.hidden=!t,this.#n.setAttribute("aria-expanded",String(t)),this.#f="",t?this.update():this.#o.close()}#x(t){let e=this.#T(t.name,t.note);e.classList.toggle("quiet",t.quiet);let{number:s,name:n}=t;return t.grant&&e.append(this.#k("grant",s,"Give control",n,()=>this.#t.grantControl(s))),t.disconnect&&e.append(this.#k("disconnect",s,"Disconnect",n,()=>this.#t.disconnect(s))),e}#b({number:t,label:e,role:s}){let n=this.#T(e,s==="watch"?"watched only":"");return n.append(this.#k("let-in",t,"Let in again",e,()=>{this.#t.letIn(t),this.#u("viewers",`${e} may come back.`)})),n}#T(t,e){let s=this.#s.createElement("li"),n=this.#s.createElement("span"),r=this.#s.createElement("small");return n.textContent=t,r.textContent=e,n.append(r),s.append(n),s}#k(t,e,s,n,r){let o=this.#s.createElement("button");return o.type="button",o.className="word",o.id=`${t}-${e}`,o.textContent=s,o.setAttribute("aria-label",`${s}: ${n}`),o.addEventListener("click",a=>{a.detail<=1&&r()}),o}};Wt();I();var Zn=.7,ft=class{#t;#e;#s;#i;#n;constructor(t,e,s){this.#i=s,this.#t=u(t,"visit"),this.#e=u(t,"visit-address"),this.#s=u(t,"visit-open"),this.#t.addEventListener("mousedown",n=>n.preventDefault()),u(t,"visit-later").addEventListener("click",()=>this.close()),this.#s.addEventListener("click",()=>this.#s.hasAttribute("href")&&setTimeout(()=>this.close())),e.addEventListener("abort",()=>clearTimeout(this.#n))}ask(t){let e=q.read(t);e&&(this.close(),this.#e.textContent=e.href,this.#t.hidden=!1,this.#n=setTimeout(()=>this.#s.setAttribute("href",e.href),Zn*1e3),this.#i(`The application asks to open a page of ${e.host}`))}close(){clearTimeout(this.#n),this.#s.removeAttribute("href");let t=!this.#t.hidden;return this.#t.hidden=!0,this.#e.textContent="",t}};var Ae={idle:"Not connected",connecting:"Connecting…",connected:"",lost:"Connection lost",ended:"The application ended",refused:"No access"},Qn={idle:"Not connected",connecting:"Connecting",lost:"Reconnecting",ended:"Ended",refused:"No access"},Me=30,xs="If the program was started again, it may have another address or new links: open the one that it printed.",tr=4;function Le(i){let t=i.state==="connected",e=t&&!i.picture,s=i.state!=="connected"?Qn[i.state]:i.presenter?"Presenter":"Observer",n=i.title||"framecast";return{role:s,roleHint:t?ks(i):"",ask:t?sr(i):"",recording:!t||i.recording===null?"":i.recording==="running"?"Recording":"Recording paused",rate:t&&!e?rr(i):"",delay:t&&i.roundTrip!==null?or(i.roundTrip):"",title:e?"Waiting for the first picture…":Ae[i.state],detail:[vs(i),ir(i)].filter(Boolean).join(" "),retry:i.address&&!["idle","connecting","connected"].includes(i.state),announcement:t?`Connected as ${s.toLowerCase()}. ${ks(i)}.${er(i)}`:[Ae[i.state],vs(i)].filter(Boolean).join(". "),tab:!t&&i.state!=="connecting"&&i.state!=="idle"?`${s} – ${n}`:n}}function ks(i){if(i.presenter)return"Your input reaches the application; F6 leaves the picture";let t=i.held?`${i.by||"somebody else"} is in control`:"nobody is in control";return i.role==="watch"?`Your link lets you watch; ${t}`:`You watch; ${t}`}function er({recording:i}){return i===null?"":i==="running"?" It is recorded.":" The recording pauses."}function sr(i){return i.manages?i.presenter?"":"Take control back":i.asks?"Cancel request":i.canAsk?i.held?"Ask for control":"Take control":i.presenter?"Give control back":""}function vs(i){let t=i.reason.trim().replace(/\.$/,"");return t===""||t.toLowerCase()===Ae[i.state].toLowerCase()?"":`${t[0]?.toUpperCase()}${t.slice(1)}.`}function ir(i){if(i.state==="ended")return`This page looks for it at this address. ${xs}`;if(i.state!=="lost")return"";let t=i.retryIn===null?"Trying again…":`Trying again in ${Math.max(1,Math.ceil(i.retryIn))} s.`;return i.lostFor<Me?t:`No answer for ${nr(i.lostFor)}. ${t} ${xs}`}function nr(i){return i<60?`${Math.floor(i/Me)*Me} s`:i<3600?`${Math.floor(i/60)} min`:`${Math.floor(i/3600)} h`}function rr(i){return i.rested&&i.fps<tr?"still":`${Math.round(i.fps)} fps`}function or(i){let t=i*1e3;return t<1?"< 1 ms":`${Math.round(t)} ms`}var ar=60,Es="framecast.status",pt=class{#t;#e;#s;#i;#n;#r;#a;#h;#o;#d;#l;#c;#u;#m;#f;#g;#p=new ct;#w=new it;#y;#x="";constructor(t,e,s,n){this.#t=t,this.#e=e,this.#s=s,this.#i=u(e,"status"),this.#n=u(e,"status-show"),this.#r=u(e,"status-more"),this.#a=u(e,"keyboard"),this.#h=u(e,"fullscreen"),this.#o=u(e,"save"),this.#d=u(e,"notice"),this.#l=u(e,"ask"),this.#c=u(e,"record"),this.#u=new st(t,e),this.#m=new ut(t,e,(a,h)=>this.#k(a,h)),this.#f=new lt(e,n,a=>this.#k("note",a)),this.#g=new ft(e,n,a=>this.#k("visit",a)),this.#y=new nt(e,()=>{if(this.#n.checkVisibility()){this.#n.focus({preventScroll:!0});return}let a=u(e,"view");a.tabIndex=-1,a.addEventListener("blur",()=>a.removeAttribute("tabindex"),{once:!0}),a.focus({preventScroll:!0})});let r=new at(this.#i,s,a=>{this.#k("place",`Status at the ${a}`),this.#L()});n.addEventListener("abort",()=>r.stop()),e.addEventListener("keydown",a=>this.#M(a));for(let a of[this.#i,this.#d])a.addEventListener("mousedown",h=>h.preventDefault());for(let a of["pointerenter","pointerleave"])this.#i.addEventListener(a,h=>this.#C(a==="pointerenter",h));this.#i.addEventListener("focusin",()=>this.#N(!0)),this.#i.addEventListener("focusout",()=>this.#N(!1)),this.#i.addEventListener("click",()=>this.#L()),this.#n.addEventListener("click",()=>this.#E(!1)),u(e,"status-hide").addEventListener("click",()=>this.#E(!0)),this.#l.addEventListener("click",()=>{let{asks:a,presenter:h,manages:l}=t.info;l?t.takeControl():a||h?t.releaseControl():t.requestControl()}),this.#c.addEventListener("click",()=>t.record(t.info.recording==="paused")),u(e,"retry").addEventListener("click",()=>t.retry()),this.#a.addEventListener("click",()=>t.showKeyboard(!t.info.keyboard)),this.#o.addEventListener("click",()=>this.#S());let o=e.ownerDocument;this.#h.hidden=!o.fullscreenEnabled,this.#h.addEventListener("click",()=>B(s,this.#h)),o.addEventListener("fullscreenchange",()=>this.update(),{signal:n}),this.#p.hidden=N.get(Es)==="hidden"}update(){let t=this.#t.info,e=Le(t);this.#p.connected=t.state==="connected",e.announcement!==this.#x&&(this.#x=e.announcement,this.#w.say("state",e.announcement),this.#p.news(X())),this.#T(e),this.#i.dataset.role=t.state==="connected"?t.presenter?"presenter":"observer":"offline",this.#i.title=e.roleHint,this.#v("role",e.role),this.#v("rate",e.rate),this.#v("ask",e.ask),this.#l.hidden=e.ask==="",this.#v("delay",e.delay),this.#b(e.recording,t),this.#a.hidden=!t.presenter,this.#a.setAttribute("aria-pressed",String(t.keyboard)),this.#o.hidden=!t.picture,this.#h.setAttribute("aria-pressed",String(this.#s.matches(":fullscreen"))),this.#d.hidden=e.title==="",this.#d.classList.toggle("busy",!e.retry),e.title&&(this.#v("notice-title",e.title),this.#v("notice-detail",e.detail),u(this.#e,"retry").hidden=!e.retry),t.presenter||(this.#f.withdraw(),this.#g.close()),this.#u.update(),this.#m.update(),this.#y.check();let s=this.#w.next(X());s!==null&&this.#A(s)}#b(t,e){this.#v("record",t),this.#c.hidden=t==="",this.#c.toggleAttribute("disabled",!e.manages),this.#c.title=e.manages?e.recording==="paused"?"Go on with the recording":"Pause the recording":"",this.#i.dataset.recording=t===""?"":`${e.recording}`}offer(t){this.#f.offer(t)}visit(t){this.#g.ask(t)}tooLong({bytes:t,most:e}){let s=r=>`${Math.ceil(r/1024)} KiB`,n=t>e?`${s(t)} of text, and ${s(e)} are possible at once`:"it does not fit into one message";this.#f.say(`Not pasted: ${n}`)}#T(t){let e=this.#p.open(X());this.#i.classList.toggle("small",!e),this.#r.hidden=!e,this.#n.setAttribute("aria-expanded",String(e));let s=[t.role,t.recording.toLowerCase()].filter(Boolean).join(", ");this.#n.setAttribute("aria-label",`Status: ${s}`),e?this.#n.removeAttribute("title"):this.#n.title=`${s}: show status, or drag it to another corner`}#k(t,e){e?this.#w.say(t,e,!0):this.#w.forget(t)}#A(t){let e=u(this.#e,"announcement");e.textContent=e.textContent===t?`${t} `:t}#M(t){if(t.key!=="Escape"||t.defaultPrevented)return;let e=this.#e.activeElement,s=o=>u(this.#e,o).contains(e),n=this.#i.contains(e);(s("prompt")&&this.#m.putOff()||s("offer")&&this.#f.close()||s("visit")&&this.#g.close()||(s("viewers")||n)&&this.#m.close()||(s("details")||n)&&this.#u.close())&&(t.preventDefault(),t.stopPropagation(),this.#y.check())}#L(){this.#p.news(X()),this.update()}#C(t,e){t&&(e.pointerType==="touch"||e.buttons!==0)||(this.#p.hover(t,X()),this.update())}#N(t){this.#p.focus(t,X()),this.update()}#E(t){t&&this.#r.contains(this.#e.activeElement)&&this.#n.focus(),this.#p.hidden=t,N.set(Es,t?"hidden":"shown"),this.update()}async#S(){let t=this.#e.ownerDocument,{title:e,exact:s}=this.#t.info,n=Ee(e,new Date);try{let r=URL.createObjectURL(await this.#t.snapshot()),o=t.createElement("a");Object.assign(o,{href:r,download:n}),o.click(),setTimeout(()=>URL.revokeObjectURL(r),ar*1e3),this.#t.info.readable?this.#f.say(s?`Saved ${n}`:`Saved ${n}, as it moved: not exact to the pixel`):this.#f.say(`Saved ${n}, as the server has it: this browser changes what is read from a canvas`)}catch{this.#f.say("The browser could not save the picture")}}#v(t,e){let s=u(this.#e,t);s.textContent!==e&&(s.textContent=e)}};function X(){return performance.now()/1e3}var hr="framecast.browser",lr=16,cr=/^[\w-]{8,64}$/,Ts=new Map;function dr(i){let t=`${hr} ${i}`,e=Ts.get(t)??N.get(t),s=e!==null&&cr.test(e)?e:ur();return s!==e&&N.set(t,s),Ts.set(t,s),s}function ur(){let i=crypto.getRandomValues(new Uint8Array(lr));return Array.from(i,t=>t.toString(16).padStart(2,"0")).join("")}var Ss=Object.freeze({name:dr});function fr(i,t,e,s=!1){return t?5*(.9+.2*e):Math.min(s?1.5:15,.5*2**Math.min(i,16))*(.5+.5*e)}function pr(i,t,e){let s=e===null?0:5*e+1;return Math.max(t&&i%3!==2?5:10,s)}function mr(i,t){return t!==null&&t>=5?0:i+1}var K=Object.freeze({FIRST:.5,LONGEST:15,VISIBLE:1.5,ENDED:5,STABLE:5,PATIENCE:10,TURN:5,wait:fr,turn:pr,failuresAfter:mr});var As=2,gr=4,wr=1,br=6,yr=1,mt=class{#t;#e;#s=[];#i=!1;#n=null;#r=0;#a=null;#h=null;#o=-1/0;constructor(t,e){this.#t=t,this.#e=e}get greeting(){return this.#s.some(({opened:t})=>t!==null)}get sockets(){return this.#s.map(({socket:t})=>t)}begin(t,e){this.#i=t,this.#n=e,this.#d(),t&&this.#l()}set eager(t){if(!(this.#s.length===0&&this.#h===null)&&t!==this.#i)if(this.#i=t,t)this.#l();else{this.#t.cancel(this.#h),this.#h=null;for(let e of this.#s.slice(1))this.#u(e);this.#s.length===0&&this.#e.exhausted()}}renew(){let[t]=this.#s;!t||t.opened!==null||this.#t.now()-t.at<yr||(this.#s.length<As&&this.#d(),this.#u(t))}opened(t){t.opened=this.#t.now(),this.#s[0]===t&&this.#c()}failed(t){return this.#o=this.#t.now(),this.#u(t),this.#s.length===0&&!this.#i}won(t){this.#s=this.#s.filter(e=>e!==t),this.drop(),this.#c()}drop(){this.#t.cancel(this.#h),this.#h=null,this.#i=!1,this.#r=0,this.#o=-1/0;for(let t of[...this.#s])this.#u(t)}#d(){let t={socket:this.#e.socket(),at:this.#t.now(),opened:null};this.#s.push(t),this.#e.begun(t),this.#s[0]===t&&this.#c()}#l(){this.#t.cancel(this.#h),this.#h=this.#t.after(()=>{this.#l();let t=this.#t.now()-this.#o<br;if(!(this.#s.length>=(t?gr:As)))try{this.#d()}catch{this.#o=this.#t.now()}},wr*(.75+.5*this.#t.random()))}#c(){this.#t.cancel(this.#a),this.#a=null;let[t]=this.#s;if(!t)return;let e=t.opened===null?K.turn(this.#r,this.#i,this.#n):Math.max(K.PATIENCE-(this.#t.now()-t.opened),0);this.#r+=1,this.#a=this.#t.after(()=>{this.#u(t),this.#s.length===0&&!this.#i&&this.#e.exhausted()},e)}#u(t){let e=this.#s[0]===t;this.#s=this.#s.filter(n=>n!==t);let{socket:s}=t;s.onopen=s.onmessage=s.onclose=null,s.close(1e3),e&&this.#c()}};var gt=class{#t=[];add(t,e,s){let n=Math.max(0,e-t);this.#t.push({took:n,offset:s-(t+n/2)}),this.#t.length>10&&this.#t.shift()}get roundTrip(){let t=this.#t.slice(-5).map(e=>e.took).sort((e,s)=>e-s);return t[t.length-1>>1]??null}get offset(){let t=null;for(let e of this.#t)(!t||e.took<t.took)&&(t=e);return t&&t.offset}clear(){this.#t=[]}};function Ms(i){let t=i.getModifierState?.("AltGraph")??!1,e=[];return i.shiftKey&&e.push("Shift"),i.ctrlKey&&!t&&e.push("Control"),i.altKey&&!t&&e.push("Alt"),i.metaKey&&e.push("Meta"),e}function xr({dx:i,dy:t,unit:e},s,n,r){return{type:"wheel",dx:wt(i),dy:wt(t),x:wt(n.x),y:wt(n.y),buttons:r,modifiers:Ms(s),unit:e,...e==="pixel"?{}:{phase:"discrete"}}}function kr(i,t,e){return{type:"char",data:Ls(i,16384).text,is_composing:t,input_type:Os(e)}}function vr(i){let{text:t,bytes:e}=Ls(i,1/0),s={type:"paste",data:t};return e<=32768&&new TextEncoder().encode(JSON.stringify(s)).length<=65536?{message:s}:{bytes:e}}function Ls(i,t){let e=i.length>t?i.slice(0,t):i,s="",n=0;for(let r of e.replaceAll(`\r
`,`
`)){let o=r.codePointAt(0);if(o<32&&o!==9&&o!==10&&o!==13||o===127||o>=55296&&o<=57343)continue;let a=o<128?1:o<2048?2:o<65536?3:4;if(n+a>t)break;n+=a,s+=r}return{text:s,bytes:n}}function wt(i){return Number.isFinite(i)?Math.round(Math.min(1e6,Math.max(-1e6,i))*1e3)/1e3:0}function Os(i){let t=i.slice(0,64);for(;new TextEncoder().encode(t).length>64;)t=t.slice(0,-1);return t}var y=Object.freeze({MAX_TEXT:16384,MAX_PASTE:32768,MAX_MESSAGE:65536,MAX_COORDINATE:1e6,MAX_KEY:64,MAX_TOUCHES:20,modifiers:Ms,wheel:xr,char:kr,paste:vr,coordinate:wt,name:Os});te();var to=1,eo=10,js=y.MAX_MESSAGE,Hs=new Map([[1003,"The server did not understand this page."],[1008,"The server refused this page."],[1009,"A message was too long for the server."],[1013,"Too many viewers are connected."]]),so=new Map([[4001,"This address needs a link, and the one it was opened with is not valid. A program that starts again has new links: open the one that it printed last, or ask for a new one."],[4003,"The host disconnected this viewer, and has to let it in before it can come back."],[4004,"The host disconnected somebody who came by this link, with this browser or from this network, and has to let them in before anybody new can come from here."]]),io="This link is no longer valid: it expired or was revoked, or the program was started again and has new links. Open the link that the program printed last, or ask for a new one.",no="The server cannot be reached.",ro="The program does not run there, or it does not allow this page.",oo={socket:(i,t)=>new WebSocket(i,t),now:()=>performance.now()/1e3,random:Math.random,after:(i,t)=>setTimeout(i,t*1e3),cancel:i=>clearTimeout(i)},yt=class{state="idle";retryAt=null;reason="";client=null;clock=new gt;#t;#e;#s;#i;#n=null;#r=null;#a=0;#h=0;#o=!1;#d=null;#l=null;#c=!1;#u=null;#m=0;#f=null;#g=0;#p=!0;role="watch";constructor(t,e,s=oo){this.#t=t,this.#e=e,this.#s=s,this.#i=new mt(s,{socket:()=>this.#s.socket(this.#t,z.SUBPROTOCOL),begun:n=>this.#y(n),exhausted:()=>this.#C("The server does not answer.")})}get lostFor(){return this.#l===null?0:this.#s.now()-this.#l}get#w(){return this.#p&&this.#o&&!this.#c&&this.state==="lost"}open(){if(this.state==="connected")return;this.#S(),this.retryAt=null;let t=this.#h;if(this.#v(this.state==="refused"||this.state==="idle"?"connecting":this.state),t===this.#h)try{this.#i.begin(this.#w,this.#u)}catch{this.#C("The browser does not let this page connect there.")}}#y(t){let{socket:e}=t;e.binaryType="arraybuffer",e.onopen=()=>{this.#i.opened(t),e.send(JSON.stringify(this.#e.hello()))},e.onmessage=s=>this.#b(s.data,t),e.onclose=s=>this.#x(s.code,t)}#x(t,e){let s=t===4001&&this.#o?io:so.get(t);if(s)this.#M(s);else if(t===1e3)this.#L("");else{let n=Hs.has(t),r=e.socket===this.#n,o=r||this.#i.failed(e),a=Hs.get(t)??(r?"":this.#o?no:ro);o||n&&!this.#i.greeting?this.#C(a,n):!n&&!this.#i.greeting&&this.#N(a)}}close(){this.#S(),this.state="idle",this.reason="",this.retryAt=null,this.#a=0}use(t){this.#t=t,this.#o=!1,this.#l=null,this.#u=null}refuse(t){this.#a=0,this.retryAt=null,this.#M(t)}fail(t){this.#n&&this.#C(t)}hurry(){if(this.retryAt===null){this.#i.renew();return}this.#a=0,this.open()}retry(){this.#a=0,this.open()}wake(t){this.#p=t,this.#f=null,this.state==="connected"?this.#A():this.#i.eager=this.#w}send(t){let s=(this.#n?[this.#n]:this.#i.sockets).filter(o=>o.readyState===1),n=JSON.stringify(t),r=n.length*3<=js||new TextEncoder().encode(n).length<=js;if(s.length===0||!r)return!1;for(let o of s)o.send(n);return!0}#b(t,e){if(this.#g=this.#s.now(),t instanceof ArrayBuffer){let n=this.#d===null?null:z.parsePart(t);n?this.#e.part(n,this.#g):this.#e.malformed(!0);return}let s=typeof t=="string"?z.parseMessage(t):null;s?s.type==="welcome"?this.#T(s.client,s.role,e):s.type==="pong"?this.#k(s.id,s.time):s.type==="closed"?this.#L(s.reason):this.#e.message(s):this.#e.malformed(!1)}#T(t,e,s){this.#d===null&&(this.#i.won(s),this.#n=s.socket,this.#c=!1,this.#l=null,this.role=e,this.#d=this.#s.now(),this.client=t,this.reason="",this.#o=!0,this.#A(),this.#v("connected"))}#k(t,e){let s=this.#f;s?.id===t&&(this.#f=null,this.clock.add(s.at,this.#g,e))}#A(){if(this.#s.cancel(this.#r),!this.#p)return;let t=this.#s.now();if(this.#f&&t-Math.max(this.#f.at,this.#g)>eo){this.#C("The server does not answer.");return}this.#f||(this.#m+=1,this.#f={id:this.#m,at:t},this.send({type:"ping",id:this.#m})),this.#r=this.#s.after(()=>this.#A(),to)}#M(t){this.#S(),this.reason=t,this.#v("refused")}#L(t){this.#a=0,this.#E("ended",t||(this.state==="ended"?this.reason:""))}#C(t,e=!1){let s=this.#d===null?null:this.#s.now()-this.#d;this.#c=e||s!==null&&s<K.STABLE,this.#E(this.state==="ended"?"ended":"lost",this.state==="ended"?this.reason:t)}#N(t){this.state!=="lost"||this.reason===t||(this.reason=t,this.#v("lost"))}#E(t,e){let s=this.#s.now();this.#a=K.failuresAfter(this.#a,this.#d===null?null:s-this.#d),this.#d!==null&&(this.#l=s),this.#S(),this.state=t;let n=K.wait(this.#a,t==="ended",this.#s.random(),this.#w);this.reason=e,this.retryAt=s+n,this.#r=this.#s.after(()=>this.open(),n),this.#v(t)}#S(){this.#h+=1,this.#s.cancel(this.#r),this.#r=null,this.#i.drop(),this.#d=null,this.#f=null,this.client=null,this.#u=this.clock.roundTrip??this.#u,this.clock.clear();let t=this.#n;this.#n=null,t&&(t.onopen=t.onmessage=t.onclose=null,t.close(1e3))}#v(t){this.state=t,this.#e.changed(t)}};Ne();var qs="F6",lo=new Set(["F5",qs,"F11","F12"]),co=new Set([..."rwtnlq0123456789+-=_","Tab","PageUp","PageDown","F4","F5","F6"]),uo=new Set([..."ijck"]),fo=new Set(["ArrowLeft","ArrowRight","Home","d","Tab","F4"]),po=229,Xs="Unidentified",mo=new Set(["","Dead","Process",Xs]),xt=new Set(["Shift","Control","Alt","AltGraph","Meta"]),go=new Map([["Shift","shiftKey"],["Control","ctrlKey"],["Alt","altKey"],["Meta","metaKey"]]),wo=new Map([...["Tab","Enter","Escape","Backspace","Delete","Insert","Home","End","PageUp","PageDown","ArrowLeft","ArrowUp","ArrowRight","ArrowDown","ContextMenu","CapsLock","ScrollLock","Pause","PrintScreen",...Array.from({length:24},(i,t)=>`F${t+1}`)].map(i=>[i,i]),["NumpadEnter","Enter"],...["Shift","Control","Meta"].flatMap(i=>[[`${i}Left`,i],[`${i}Right`,i]])]),kt=class{#t=new Map;#e;constructor(t){this.#e=t}down(t){if(t=Fs(t),t.isComposing||t.keyCode===po)return{messages:[],prevent:!1};if(mo.has(t.key)||yo(t))return{messages:[],prevent:!1};let e=!xo(t,this.#e)&&!ko(t),s=ze(t),n=this.#t.get(s);if(n||t.repeat)return{messages:n?bo(n,t):[],prevent:e};let r={key:y.name(t.key),code:y.name(t.code)};return this.#t.set(s,r),{messages:[{type:"key_down",...r,modifiers:this.#s(t)}],prevent:e}}up(t){let e=this.#t.get(ze(t));if(!e)return{messages:[],prevent:!1};let s=[];if(this.#t.delete(ze(t)),this.#e&&t.key==="Meta")for(let[n,r]of this.#t)xt.has(r.key)||(this.#t.delete(n),s.push({type:"key_up",...r,modifiers:this.#s(t)}));return s.push({type:"key_up",...e,modifiers:this.#s(t)}),{messages:s,prevent:!0}}#s(t){let e=go.get(t.key);if(e===void 0)return y.modifiers(t);let s=[...this.#t.values()].some(({key:n})=>n===t.key);return y.modifiers({...Ws(t),[e]:s})}tap(t){return[{type:"key_down",key:t,code:"",modifiers:[]},{type:"key_up",key:t,code:"",modifiers:[]}]}release(){let t=[...this.#t.values()];return this.#t.clear(),t.sort((e,s)=>Number(xt.has(e.key))-Number(xt.has(s.key))),t.map(e=>({type:"key_up",...e,modifiers:[]}))}leaves(t){return Fs(t).key===qs&&!t.ctrlKey&&!t.altKey&&!t.metaKey}forget(){this.#t.clear()}};function bo(i,t){return xt.has(i.key)?[]:[{type:"key_down",...i,modifiers:y.modifiers(t),repeat:!0}]}function Fs(i){let t=i.key===Xs?wo.get(i.code):void 0;if(t===void 0)return i;let{code:e,repeat:s,isComposing:n,keyCode:r}=i;return{key:t,code:e,repeat:s,isComposing:n,keyCode:r,...Ws(i)}}function Ws(i){let{shiftKey:t,ctrlKey:e,altKey:s,metaKey:n}=i;return{shiftKey:t,ctrlKey:e,altKey:s,metaKey:n,getModifierState:o=>i.getModifierState?.(o)??!1}}function ze(i){return i.code||i.key}function Gs(i){return i.getModifierState?.("AltGraph")??!1}function yo(i){if(i.metaKey&&!xt.has(i.key))return!0;let t=i.key.length===1?i.key.toLowerCase():i.key;return Gs(i)?!1:i.ctrlKey&&!i.altKey?co.has(t)||i.shiftKey&&uo.has(t):i.altKey&&!i.ctrlKey?fo.has(t):lo.has(t)&&!i.ctrlKey&&!i.altKey}function xo(i,t){return[...i.key].length!==1?!1:Gs(i)?!0:!i.ctrlKey&&!i.metaKey&&(t||!i.altKey)}function ko(i){return i.key==="Insert"?i.shiftKey&&!i.ctrlKey&&!i.altKey:i.ctrlKey&&!i.altKey&&i.key.toLowerCase()==="v"}var Re=[1,3,2,4,5,6],Vs=[0,1,2,4,8,16,32],vo=350,Ys=24,vt=class{#t=new Map;#e=new Map;#s=-1;#i=!1;#n=null;#r={x:0,y:0};#a="mouse";#h=null;#o=NaN;get buttons(){let t=new Set(this.#e.size>0?[1]:[]);for(let e of this.#t.values())for(let s of e)t.add(s);return[...t].sort()}down(t,e){if(t.pointerType==="touch")return this.#u(t,e);let s=Re[t.button];if(s===void 0)return[];let n=this.#l(t,e,!1);return this.#c(t.pointerId,s)&&n.push(this.#p("pointer_down",t,s,t.pressure)),n}move(t,e){if(t.pointerType==="touch")return this.#m(t,e);let s=Re[t.button];return s!==void 0&&t.buttons&(Vs[s]??0)?this.down(t,e):this.#l(t,e,!0)}up(t,e){return t.pointerType==="touch"?this.#f(t,e):(t.pointerType==="mouse"&&(this.#h={pointerId:t.pointerId,timeStamp:t.timeStamp}),this.#l({...Eo(t),buttons:0},e,!1))}other(t,e,s,n=!1){if(this.#d(t,e,n))return[];if(e.pointerType==="touch"&&this.#e.size>0)return[];this.#g(e,s);let r=t==="double_click"?Re[e.button]??0:0;return[this.#p(t,e,r,e.pressure)]}release(){let t=[],e={shiftKey:!1,ctrlKey:!1,altKey:!1,metaKey:!1};for(let s of this.buttons){for(let r of this.#t.values())r.delete(s);let n=s===1?[...this.#e.keys()]:[];s===1&&this.#e.clear(),t.push(this.#p("pointer_up",e,s,0,n))}return this.#t.clear(),this.#i=!1,t}forget(){this.#t.clear(),this.#e.clear(),this.#i=!1,this.#h=null,this.#o=NaN}#d(t,e,s){let{pointerId:n,timeStamp:r}=e;if(t==="pointer_enter"){let a=this.#o===n;return this.#o=NaN,a}let o=this.#h;return t!=="pointer_leave"||!s||o?.pointerId!==n||o.timeStamp!==r?!1:(this.#o=n,!0)}#l(t,e,s){this.#g(t,e);let n=[],r=this.#t.get(t.pointerId);for(let o of[...r??[]].sort())t.buttons&(Vs[o]??0)||(r?.delete(o),r?.size===0&&this.#t.delete(t.pointerId),n.push(this.#p("pointer_up",t,o,t.pressure)));return s&&n.length===0&&n.push(this.#p("pointer_move",t,0,t.pressure)),n}#c(t,e){let s=this.#t.get(t)??new Set;return s.has(e)?!1:(this.#t.set(t,s.add(e)),!0)}#u(t,e){if(this.#e.size>=y.MAX_TOUCHES||this.#e.has(t.pointerId))return[];let s=this.#e.size===0;return this.#e.set(t.pointerId,Js(t,e)),this.#i=s,s&&(this.#s=t.pointerId,this.#g(t,e)),[this.#p("pointer_down",t,s?1:0,t.pressure,[t.pointerId])]}#m(t,e){return this.#e.has(t.pointerId)?(this.#e.set(t.pointerId,Js(t,e)),t.pointerId===this.#s&&(Zs(this.#r,e)>Ys&&(this.#i=!1),this.#g(t,e)),[this.#p("pointer_move",t,0,t.pressure,[t.pointerId])]):[]}#f(t,e){if(!this.#e.delete(t.pointerId))return[];t.pointerId===this.#s&&this.#g(t,e);let s=[t.pointerId];if(this.#e.size>0)return[this.#p("pointer_up",t,0,t.pressure,s)];let n=[this.#p("pointer_up",t,1,t.pressure,s)],r=this.#i?{time:t.timeStamp,...this.#r}:null,o=this.#n;return this.#n=r,r&&o&&r.time-o.time<=vo&&Zs(r,o)<=Ys&&(this.#n=null,n.push(this.#p("double_click",t,1,0))),n}#g(t,e){this.#r={x:y.coordinate(e.x),y:y.coordinate(e.y)},this.#a=t.pointerType==="touch"||t.pointerType==="pen"?t.pointerType:"mouse"}#p(t,e,s,n,r=[]){return{type:t,...this.#r,button:s,buttons:this.buttons,modifiers:y.modifiers(e),ntouches:this.#e.size,touches:Object.fromEntries(this.#e),...r.length>0?{changed:r.map(String).sort()}:{},pointer_type:this.#a,pressure:y.coordinate(n)}}};function Eo(i){let{pointerId:t,pointerType:e,button:s,buttons:n,pressure:r,timeStamp:o}=i,{shiftKey:a,ctrlKey:h,altKey:l,metaKey:c}=i;return{pointerId:t,pointerType:e,button:s,buttons:n,pressure:r,timeStamp:o,shiftKey:a,ctrlKey:h,altKey:l,metaKey:c,getModifierState:f=>i.getModifierState?.(f)??!1}}function Js(i,t){return{x:y.coordinate(t.x),y:y.coordinate(t.y),pressure:y.coordinate(i.pressure)}}function Zs(i,t){return Math.hypot(i.x-t.x,i.y-t.y)}var To=new Set(["started","ended"]),So=32,Et=class{#t=[];get waits(){return this.#t.length>0}push(t){if(t.type!=="pointer_move"&&t.type!=="wheel")return[...this.flush(),t];let e=this.#t.at(-1),s=e&&Ao(e,t);return s&&this.#t.pop(),this.#t.push(s??t),this.#t.length>So?this.flush():[]}flush(){let t=this.#t;return this.#t=[],t}clear(){this.#t=[]}};function Ao(i,t){if(i.type==="pointer_move"&&t.type==="pointer_move"){if(!(i.pointer_type===t.pointer_type&&i.ntouches===t.ntouches)||!se(i.buttons,t.buttons)||!se(i.modifiers,t.modifiers))return null;let s=[...new Set([...i.changed??[],...t.changed??[]])].sort();return s.length>y.MAX_TOUCHES?null:s.length>0?{...t,changed:s}:t}if(i.type==="wheel"&&t.type==="wheel"){if(!se(i.buttons,t.buttons)||!se(i.modifiers,t.modifiers)||i.unit!==t.unit||i.phase!==t.phase||To.has(t.phase??""))return null;let[e,s]=[i.dx+t.dx,i.dy+t.dy];return Math.max(Math.abs(e),Math.abs(s))<=y.MAX_COORDINATE?{...t,dx:e,dy:s}:null}return null}function se(i,t){return i.length===t.length&&i.every((e,s)=>e===t[s])}var Tt=class{#t=!1;#e={width:0,height:0,page:0};asked(t){this.#t=!1,this.#e=t}closed(t){let e=t.width===this.#e.width?Math.max(this.#e.height,t.page):t.page,s=t.height<.8*e;return s&&(this.#t=!0),this.#t&&!s}};var Mo=new Map([["insertLineBreak","Enter"],["insertParagraph","Enter"],["deleteContentBackward","Backspace"],["deleteWordBackward","Backspace"],["deleteContentForward","Delete"]]),Lo=new Set(["insertCompositionText","insertFromComposition","deleteCompositionText","deleteByComposition"]),Qs="insertFromPaste",$e="​",St=class{area=document.createElement("textarea");#t;#e=!1;#s=!1;constructor(t,e){this.#t=t;let s=this.area;s.setAttribute("aria-label","Keyboard input for the picture. F6 leaves the picture.");for(let n of["autocapitalize","autocomplete","autocorrect"])s.setAttribute(n,"off");s.spellcheck=!1,s.wrap="off",s.inputMode="none",Object.assign(s.style,{position:"absolute",left:"0",top:"0",width:"1px",font:"16px/1 monospace",height:"1em",margin:"0",padding:"0",border:"0",outline:"0",opacity:"0",overflow:"hidden",resize:"none",pointerEvents:"none"}),this.#o(),s.addEventListener("beforeinput",n=>this.#i(n),{signal:e}),s.addEventListener("input",n=>this.#n(n),{signal:e}),s.addEventListener("compositionstart",()=>this.#e=!0,{signal:e}),s.addEventListener("compositionend",n=>this.#r(n.data),{signal:e}),s.addEventListener("paste",n=>this.#a(n),{signal:e})}enable(t){this.area.readOnly=!t,this.area.tabIndex=t?0:-1,this.#s=!1,this.#o()}moveTo(t,e=0){let{style:s}=this.area;s.left=`${t.x}px`,s.top=`${t.y}px`,s.height=s.lineHeight=e>0?`${e}px`:"1em"}#i(t){if(t.isComposing||this.#e)return;let e=Mo.get(t.inputType);e&&this.#t.tap(e),!(t.inputType.startsWith("insert")&&!e)&&t.cancelable&&t.preventDefault()}#n(t){if(t.isComposing||this.#e){if(t.inputType!=="insertCompositionText")return;this.#s=!0,this.#t.char(y.char(t.data??"",!0,t.inputType));return}let e=Lo.has(t.inputType);t.data&&!e&&this.#h(t.data,t.inputType),this.#o()}#r(t){this.#e=!1,(t||this.#s)&&this.#t.char(y.char(t,!1,"insertCompositionText")),this.#s=!1,this.#o()}#a(t){t.preventDefault(),this.#h(t.clipboardData?.getData("text/plain")??"",Qs)}#h(t,e){if(e===Qs){t&&!this.area.readOnly&&this.#t.paste(t);return}let s=y.char(t,!1,e);s.data&&this.#t.char(s)}#o(){this.area.value=$e,this.area.setSelectionRange($e.length,$e.length)}};var Oo=[1,33.333333333333336,100],Co=2,Io=3,No=500,At=class{#t;#e=-1/0;constructor(t){this.#t=t}turn(t,e=[1]){if(t.deltaMode!==0)return zo(t);let s=this.#s(t)?null:Ro(t,e);return s?this.#t&&t.shiftKey?{...s,dx:s.dy,dy:s.dx}:s:(this.#e=t.timeStamp+No,{dx:t.deltaX,dy:t.deltaY,unit:"pixel"})}#s(t){if(t.timeStamp<this.#e)return!0;let{x:e,y:s}=De(t);return ti(t.deltaX,e)&&ti(t.deltaY,s)}};function De({wheelDeltaX:i,wheelDeltaY:t}){return{x:i??0,y:t??0}}function ti(i,t){return Math.abs(t+i*Io)<=1}function zo(i){let{x:t,y:e}=De(i),s=Oo[i.deltaMode]??1;return{dx:t?ie(i.deltaX,t,Math.abs(t)/120):i.deltaX*s,dy:e?ie(i.deltaY,e,Math.abs(e)/120):i.deltaY*s,unit:i.deltaMode===Co?"page":"notch"}}function Ro(i,t){let{x:e,y:s}=De(i);for(let n of t){let[r,o]=[ei(e,n),ei(s,n)];if(!(r===null||o===null||!r&&!o))return{dx:ie(i.deltaX,e,r),dy:ie(i.deltaY,s,o),unit:"notch"}}return null}function ei(i,t){let e=Math.round(Math.abs(i)*t/120),s=e*120/t-Math.abs(i);return(t===1?s===0:s>=0&&s<1.001)?e:null}function ie(i,t,e){return Math.sign(i||-t)*e*100+0}_e();var Ho=Object.freeze({text:"text",multiline:"text",number:"decimal",email:"email",url:"url"}),si=/^(Mac|iP)/.test(navigator.platform),Fo=navigator.vendor.startsWith("Apple"),Mt=class{keyboard=!1;#t;#e;#s;#i;#n;#r;#a;#h=new kt(si);#o=new vt;#d=new At(Fo&&!si);#l=new Et;#c=!1;#u=!1;#m=new Tt;#f=null;#g=!1;#p=!1;#w=!1;#y="mouse";constructor(t,e,s,n,r){this.#t=t,this.#e=e,this.#s=t.ownerDocument,this.#i=this.#s.defaultView??window,this.#n=s,this.#r=n,this.#a=new St({char:o=>this.#O([o]),paste:o=>this.#P(o),tap:o=>this.#O(this.#h.tap(o))},r),this.#a.enable(!1),t.append(this.#a.area),this.#k(r),r.addEventListener("abort",()=>this.#a.area.remove())}enable(t){if(this.#c!==t){if(this.#h.forget(),this.#o.forget(),this.#l.clear(),this.#c=t,this.#a.enable(t),this.#n.style.touchAction=t?"none":"manipulation",!t){this.#f=null,this.#x(!1),this.#T();return}this.#u?this.#O([{type:"focus_in"}]):this.#r.focuses()&&this.#s.activeElement===this.#s.body&&this.focus({preventScroll:!0})}}focus(t){this.#c&&this.#a.area.focus(t)}flush(){for(let t of this.#l.flush())this.#r.send(t)}release(){this.#O([...this.#o.release(),...this.#h.release()]),this.flush()}showKeyboard(t){t!==this.keyboard&&(this.keyboard=t,t&&this.#m.asked(ii(this.#i)),this.#x(t),this.#b({preventScroll:!t}),this.#r.changed())}typeInto(t){let e=this.#f;if(!this.#c||!t&&!e||(this.#f=t,this.placeCaret(),e?.kind===t?.kind))return;if(this.#a.area.enterKeyHint=t?.kind==="multiline"?"enter":"",!t){this.#x(!1),this.showKeyboard(!1);return}let s=this.#i.matchMedia("(pointer: coarse)").matches;(!s||this.keyboard)&&this.#x(!0),!(!this.#u&&this.#s.activeElement!==this.#s.body)&&(s?this.keyboard?this.#b({preventScroll:!0}):this.showKeyboard(!0):this.focus({preventScroll:!0}))}placeCaret(){let t=this.#f&&this.#r.locate(this.#f.caret);t&&this.#a.moveTo(t,t.height)}#x(t){this.#a.area.inputMode=t?Ho[this.#f?.kind??"text"]:"none"}#b(t){let{area:e}=this.#a;this.#g=this.#u,e.blur(),e.focus(t),this.#g=!1,e.matches(":focus")||this.#I(!1)}#T(){this.keyboard&&(this.keyboard=!1,this.#x(!1),this.#a.area.blur(),this.#r.changed())}#k(t){let e=this.#n,s={signal:t,passive:!1};for(let o of["pointerdown","pointermove","pointerup","pointercancel"])e.addEventListener(o,a=>this.#A(a),{signal:t});e.addEventListener("pointerenter",o=>this.#L("pointer_enter",o),{signal:t}),e.addEventListener("pointerleave",o=>this.#L("pointer_leave",o),{signal:t}),e.addEventListener("dblclick",o=>this.#N(o),{signal:t}),e.addEventListener("wheel",o=>this.#E(o),s);for(let o of["mouseup","auxclick","contextmenu","touchstart","dragstart"])e.addEventListener(o,a=>this.#c&&a.cancelable&&a.preventDefault(),s);this.#t.addEventListener("mousedown",o=>this.#S(o),{signal:t});let n=this.#a.area;n.addEventListener("contextmenu",o=>this.#c&&o.preventDefault(),{signal:t}),n.addEventListener("keydown",o=>this.#v(o,"down"),{signal:t}),n.addEventListener("keyup",o=>this.#v(o,"up"),{signal:t}),n.addEventListener("focus",()=>this.#I(!0),{signal:t}),n.addEventListener("blur",()=>this.#I(!1),{signal:t});let r=o=>{this.#p=o.key==="Tab"&&o.composedPath()[0]!==n};this.#s.addEventListener("keydown",r,{signal:t,capture:!0}),this.#s.addEventListener("pointerdown",()=>this.#z(),{signal:t,capture:!0}),this.#i.addEventListener("blur",()=>this.#O(this.#o.release()),{signal:t}),this.#i.visualViewport?.addEventListener("resize",()=>this.#R(),{signal:t})}#A(t){t.type==="pointerdown"&&(this.#y=t.pointerType);let e=this.#c?this.#r.place({x:t.clientX,y:t.clientY}):null;e&&(t.type==="pointermove"?this.#O(this.#o.move(t,e)):t.type==="pointerdown"?(this.#M(t),this.#O(this.#o.down(t,e))):this.#O(this.#o.up(t,e)))}#M(t){let e=this.#a.area,s=this.#t.getBoundingClientRect();this.#f||this.#a.moveTo({x:t.clientX-s.left,y:t.clientY-s.top}),e.focus({preventScroll:!0}),this.#f&&t.pointerType==="touch"&&this.showKeyboard(!0);try{this.#n.setPointerCapture(t.pointerId)}catch{}}#L(t,e){let s=this.#c?this.#r.place({x:e.clientX,y:e.clientY}):null;s&&this.#O(this.#o.other(t,e,s,this.#C(e)))}#C({clientX:t,clientY:e}){return this.#t.getRootNode().elementFromPoint(t,e)===this.#n}#N(t){let e=this.#c?this.#r.place({x:t.clientX,y:t.clientY}):null;if(!e||this.#y==="touch")return;let{button:s,buttons:n,timeStamp:r,shiftKey:o,ctrlKey:a,altKey:h,metaKey:l}=t,c={shiftKey:o,ctrlKey:a,altKey:h,metaKey:l},d={pointerId:0,pointerType:this.#y,button:s,buttons:n,pressure:0,timeStamp:r};this.#O(this.#o.other("double_click",{...d,...c},e))}#E(t){if(!this.#u&&!this.#r.scrolls())return;let e=this.#c?this.#r.place({x:t.clientX,y:t.clientY}):null;if(!e)return;t.preventDefault();let s=this.#d.turn(t,G.candidates(G.geometry(this.#i)));this.#O([y.wheel(s,t,e,this.#o.buttons)])}#S(t){this.#c&&(t.preventDefault(),this.#a.area.focus({preventScroll:!0}))}#v(t,e){if(!this.#c)return;this.#D(t,e);let{messages:s,prevent:n}=this.#h[e](t);n&&t.preventDefault(),(n||s.length>0||t.repeat)&&t.stopPropagation(),this.#O(s)}#D(t,e){this.#h.leaves(t)&&(e==="up"&&this.#w&&this.#a.area.blur(),this.#w=e==="down")}#I(t){this.#g||(this.#w=!1,t!==this.#u&&(this.#u=t,t&&this.#p?this.#e.dataset.focus="keyboard":delete this.#e.dataset.focus,t?this.#O([{type:"focus_in"}]):this.#O([...this.#h.release(),{type:"focus_out"}])))}#z(){this.#p=!1,delete this.#e.dataset.focus}#P(t){let e=y.paste(t);"bytes"in e?this.#r.tooLong(e.bytes,y.MAX_PASTE):e.message.data&&this.#O([e.message])}#R(){this.keyboard&&this.#m.closed(ii(this.#i))&&this.showKeyboard(!1)}#O(t){if(this.#c){for(let e of t)for(let s of this.#l.push(e))this.#r.send(s);this.#l.waits&&this.#r.wanted()}}};function ii(i){let t=i.visualViewport;return{...{width:i.innerWidth,page:i.innerHeight},height:t?t.height*t.scale:i.innerHeight}}var ni={type:"control",presenter:!1,held:!1,by:"",can_ask:!1,asks:!1,manages:!1,recording:null},Lt=class{#t="auto";#e=ni;#s={asked:!1,declined:!1};want(t){return this.#t===t?null:(this.#t=t,this.#s.asked=!1,this.#i())}tell(t){return this.#e=t,this.#i()}clear(){this.#e=ni,this.#s={asked:!1,declined:!1}}get info(){let{presenter:t,held:e,by:s,can_ask:n,asks:r,manages:o,recording:a}=this.#e,h=this.#t!=="none";return{presenter:h&&t,held:e,by:s,canAsk:h&&n,asks:r,manages:h&&o,recording:a}}#i(){let t=x.wish(this.#t,this.#e,this.#s);return t?(this.#s=t==="request"?{asked:!0,declined:!1}:{...this.#s,declined:!0},x[t]()):null}};var Ot=class{#t;#e={updates:0,tiles:0,failed:0,malformed:0};constructor(t){this.#t=t.dataset;for(let e of["updates","tiles","failed","malformed"])this.count(e,0)}show({state:t,presenter:e,role:s}){this.#t.state=t,this.#t.role=e?"presenter":"observer",this.#t.link=s}painted({sequence:t,update:e,exact:s},n){return this.#t.sequence=String(t),this.#t.update=String(e),this.#t.exact=String(s),this.count("tiles",n),this.count("updates",1),this.#e.updates===1}count(t,e){this.#e[t]+=e,this.#t[t]=String(this.#e[t])}exact(t){this.#t.exact!==void 0&&(this.#t.exact=String(t))}lose(){this.#t.exact="false"}forget(){for(let t of["sequence","update","exact"])delete this.#t[t]}};re();Ue();var Ct=class{#t=null;#e=new Uint8Array(0);#s=0;get whole(){return this.#t!==null&&this.#s===0}begin({width:t,height:e,tileWidth:s,tileHeight:n}){let r=this.#t,o=r?.width===t&&r.height===e;if(o&&r.tileWidth===s&&r.tileHeight===n)return!1;let a=o&&this.whole;return this.#t={width:t,height:e,tileWidth:s,tileHeight:n},this.#e=new Uint8Array(Math.ceil(t/s)*Math.ceil(e/n)),this.#s=0,a||this.lose(),!0}drew(t){for(let e of t)this.#s-=this.#e[e]??0,this.#e[e]=0}missed(t){for(let e of t)this.#s+=1-(this.#e[e]??1),this.#e[e]=1}lose(){this.#e.fill(1),this.#s=this.#e.length}clear(){this.#t=null}};Yt();var It=class{#t=[];add(t){this.#t.push(t),this.#t.length>1024&&this.#t.shift()}summary(t){let e=t-2;for(;this.#t.length>1&&this.#t[0].painted<=e;)this.#t.shift();let s=this.#t,n=s.filter(a=>a.painted>e),r=oe(s,"bytes"),o=oe(s,"tiles");return{input:P(s,a=>a.input!==null&&a.drawn-a.input),encoded:P(s,a=>a.encoded-a.drawn),sent:P(s,a=>a.sent-a.encoded),received:P(s,a=>a.offset!==null&&a.received+a.offset-a.sent),decoded:P(s,a=>a.decoded-a.received),painted:P(s,a=>a.painted-a.decoded),total:P(s,a=>a.offset!==null&&a.painted+a.offset-a.drawn),answer:P(s,a=>a.offset!==null&&a.input!==null&&a.painted+a.offset-a.input),updatesPerSecond:n.length/2,bytesPerSecond:oe(n,"bytes")/2,bytesPerUpdate:s.length>0?r/s.length:null,tilesPerUpdate:s.length>0?o/s.length:null,exactShare:o>0?oe(s,"exactTiles")/o:null}}clear(){this.#t=[]}};function P(i,t){let e=i.map(t).filter(s=>s!==!1).map(s=>Math.max(0,s));return e.sort((s,n)=>s-n)[e.length>>1]??null}function oe(i,t){return i.reduce((e,s)=>e+s[t],0)}var Y=class{#t=[];add(t){this.#t.push(t),this.#t.length>1024&&this.#t.shift()}at(t){for(;this.#t.length>0&&this.#t[0]<=t-2;)this.#t.shift();let[e=0,s=0]=[this.#t[0],this.#t.at(-1)],n=this.#t.length-1,r=(s-e)/n;return n>0&&r>0&&t-s<2*r?1/r:this.#t.length/2}clear(){this.#t=[]}};var Nt=class{#t;#e=-1/0;#s=null;constructor(t){this.#t=t}ask(){if(this.#s!==null||!this.#t.needed())return;let t=this.#e+1-this.#t.now();t>0?this.#s=this.#t.after(()=>this.#i(),t):this.#n()}clear(){this.#s!==null&&this.#t.cancel(this.#s),this.#s=null,this.#e=-1/0}#i(){this.#s=null,this.#t.needed()&&this.#n()}#n(){this.#e=this.#t.now(),this.#t.send()}};var zt=class{static MOST_BYTES=67108864;static MOST_PIXELS=67108864;#t;#e=[];#s=[];#i=[];#n=0;#r=0;#a=0;#h=0;#o=!0;constructor(t){this.#t=t}receive(t,e){let s=this.#d(t),n={tiles:t.tiles,encoding:t.encoding,bitmap:null};if(s.pieces.push(n),s.frame={...t,bytes:new Uint8Array(0)},s.undecoded+=1,s.size+=t.bytes.byteLength,s.received=e,s.complete=t.last,this.#r+=t.bytes.byteLength+1024,this.#r>67108864){this.#t.overflow();return}this.#s.push({part:t,piece:n,update:s}),this.#l(),this.#u()}frame(){return this.#i.at(-1)??null}presented(t){let e=this.#i.indexOf(t),s=this.#t.now();for(let n of this.#i.splice(0,e+1))n.painted=s,this.#t.acknowledge(n)}hide(){this.#o=!1,this.#m()}show(){this.#o=!0}reset(){this.#h+=1;for(let t of this.#e)ai(t);this.#e=[],this.#s=[],this.#i=[],this.#n=this.#r=this.#a=0}#d(t){let e=this.#e.at(-1);if(e&&!e.complete){if(Jo(e,t))return e;e.complete=e.broken=!0,this.#t.failed()}let s={frame:t,pieces:[],broken:t.part!==0,complete:!1,undecoded:0,size:0,pixels:0,received:0,decoded:0,painted:null};return s.broken&&this.#t.failed(),this.#e.push(s),s}#l(){for(;;){let t=this.#s[0];if(!t||this.#n>=16)return;let e=t.part.tileWidth*t.part.tileHeight*t.part.tiles.length;if(t.update!==this.#e[0]&&this.#a+e>67108864)return;this.#s.shift(),this.#a+=e,t.update.pixels+=e,this.#c(t)}}#c({part:t,piece:e,update:s}){this.#n+=1;let n=this.#h,r=!0,o=h=>{if(this.#t.cancel(a),!r||n!==this.#h)return h?.close();r=!1,this.#n-=1,h&&Zo(h,t)?e.bitmap=h:(h?.close(),this.#t.failed()),s.undecoded-=1,s.decoded=this.#t.now(),this.#u(),this.#l()},a=this.#t.after(()=>o(null),10);this.#t.decode(t).then(o,()=>o(null))}#u(){let t=!1;for(let e=this.#e[0];e?.complete&&e.undecoded===0;e=this.#e[0]){this.#e.shift(),this.#r-=e.size+1024*e.pieces.length,this.#a-=e.pixels;try{this.#t.paint(e)}catch{this.#t.failed()}ai(e),this.#i.push(e),t=!0}t&&this.#o?this.#t.wanted():t&&this.#m()}#m(){for(let t of this.#i.splice(0))this.#t.acknowledge(t)}};function Jo({frame:i},t){let e=["update","sequence","width","height","ratio","tileWidth","tileHeight"];return t.part===i.part+1&&e.every(s=>t[s]===i[s])}function Zo(i,{tileWidth:t,tileHeight:e,tiles:s}){return i.width===t&&i.height===e*s.length}function ai(i){for(let t of i.pieces)t.bitmap?.close(),t.bitmap=null}var Rt=class{shown=null;#t;#e;#s=new Ct;#i;#n=new It;#r=new Y;#a=new Y;constructor(t){this.#t=t;let{decode:e,wanted:s,failed:n,overflow:r,now:o,after:a,cancel:h}=t;this.#i=new Nt({needed:()=>!this.#s.whole,send:()=>t.send({type:"refresh"}),now:o,after:a,cancel:h}),this.#e=new zt({decode:e,paint:l=>this.#h(l),wanted:s,acknowledge:l=>this.#o(l),failed:n,overflow:r,now:o,after:a,cancel:h})}receive(t,e){this.#e.receive(t,e)}lose(){this.#s.lose(),this.shown&&(this.shown.exact=!1),this.#i.ask()}frame(){return this.#e.frame()}presented(t){this.#e.presented(t)}see(t){t?this.#e.show():this.#e.hide()}reset(){this.#e.reset(),this.#i.clear(),this.#s.clear(),this.#n.clear()}forget(){this.shown=null}get fps(){return this.#r.at(this.#t.now())}get rested(){return this.shown?.exact===!0||this.#a.at(this.#t.now())>0}get ledger(){return this.#n.summary(this.#t.now())}#h(t){let{frame:e,pieces:s,broken:n}=t,r=this.#s,o=r.begin(e);for(let{tiles:m}of s)r.missed(m);n&&r.lose();try{this.#t.draw(t);for(let{tiles:m,bitmap:b}of s)b&&r.drew(m)}finally{(o||e.exact||n||s.some(({bitmap:m})=>!m))&&this.#i.ask()}let{width:a,height:h,ratio:l,sequence:c}=e,d=e.exact&&r.whole,f=o||this.shown?.sequence!==c;this.shown={width:a,height:h,ratio:l,sequence:c,update:e.update,exact:d};let p=this.#t.now();f&&this.#r.add(p),d&&this.#a.add(p),this.#t.painted(this.shown,Be(s,({bitmap:m})=>m!==null))}#o({frame:t,pieces:e,size:s,received:n,decoded:r,painted:o}){let a=this.#t.offset(),h={type:"ack",update:t.update};if(a!==null&&(h.received=Ke(n+a),h.decoded=Ke(r+a),o!==null&&(h.painted=Ke(o+a))),this.#t.send(h),o===null)return;let{input:l,drawn:c,encoded:d,sent:f}=t,p={input:l,drawn:c,encoded:d,sent:f,received:n,decoded:r,painted:o,offset:a},m=Be(e,({encoding:b})=>W[b].exact);this.#n.add({...p,bytes:s,tiles:Be(e,()=>!0),exactTiles:m})}};function Be(i,t){return i.filter(t).reduce((e,{tiles:s})=>e+s.length,0)}function Ke(i){return Math.round(i*1e6)/1e6}var hi={color_scheme:["prefers-color-scheme",["light","dark"]],pointer:["pointer",["fine","coarse","none"]]};function li({platform:i,userAgent:t,maxTouchPoints:e}){return/Android/.test(t)?"android":/^iP(hone|ad|od)/.test(i)?"ios":i.startsWith("Mac")?e>1?"ios":"mac":i.startsWith("Win")?"windows":/Linux|X11|CrOS|BSD/.test(`${i} ${t}`)?"linux":void 0}function ci(i,t){let e=li(i),s=e?{platform:e}:{};for(let[n,[r,o]]of Object.entries(hi)){let a=o.find(h=>t(`(${r}: ${h})`));a&&(s[n]=a)}return s}function Qo(i){return ci(i.navigator,t=>i.matchMedia(t).matches)}function ta(i,t,e){for(let[s,n]of Object.values(hi))for(let r of n)i.matchMedia(`(${s}: ${r})`).addEventListener("change",t,{signal:e})}var ae=Object.freeze({platform:li,read:ci,of:Qo,watch:ta});var di={now:()=>performance.now()/1e3,after:(i,t)=>setTimeout(i,t*1e3),cancel:i=>clearTimeout(i)},$t=class extends EventTarget{#t;#e;#s=new R;#i=this.#s.canvas;#n;#r;#a;#h;#o=new AbortController;#d=new MessageChannel;#l=[];#c=0;#u="";#m="";#f="";#g=new Lt;#p=[];#w=[];#y=null;#x="";#b=null;#T=!1;#k="";#A="default";#M;#L=this.#s.readable();constructor(t,e,{focuses:s=()=>!1,scrolls:n=()=>!0}={}){super(),this.#M=new Ot(e),this.#t=t.ownerDocument,this.#e=this.#t.defaultView??window,this.#i.setAttribute("aria-label","Live picture"),t.append(this.#i);let r=this.#o.signal;this.#n=new yt("",{hello:()=>this.#S(),changed:a=>this.#v(a),message:a=>this.#D(a),part:(a,h)=>this.#r.receive(a,h),malformed:a=>this.#K(a)}),this.#r=new Rt({decode:a=>this.#s.decode(a),draw:a=>this.#s.draw(a),painted:(a,h)=>this.#q(a,h),send:a=>this.#n.send(a),offset:()=>this.#n.clock.offset,wanted:()=>this.#_(),failed:()=>this.#M.count("failed",1),overflow:()=>this.#n.fail("This page could not keep up."),...di});let o={shown:()=>this.#r.shown,resized:()=>this.#_(),looked:()=>this.#U()};this.#h=new j(t,this.#i,o,r),this.#a=new Mt(t,e,this.#i,{send:a=>this.#n.send(a),place:a=>this.#h.place(a),locate:a=>this.#h.locate(a),wanted:()=>this.#_(),changed:()=>this.#R(),tooLong:(a,h)=>this.#O("toolong",{bytes:a,most:h}),focuses:s,scrolls:n},r),this.#d.port1.onmessage=()=>{let a=this.#l.shift();a&&this.#r.presented(a)};for(let a of["contextlost","contextrestored"])this.#i.addEventListener(a,()=>this.#j(),{signal:r});ae.watch(this.#e,()=>this.#H(),r),this.#t.addEventListener("visibilitychange",()=>this.#U(),{signal:r});for(let a of["online","focus"])this.#e.addEventListener(a,()=>this.#n.hurry(),{signal:r});this.#t.addEventListener("resume",()=>this.#n.hurry(),{signal:r}),this.#e.addEventListener("pagehide",()=>this.#n.close(),{signal:r}),this.#e.addEventListener("pageshow",a=>a.persisted&&this.#T&&this.start(),{signal:r}),this.#$()}set fit(t){this.#h.fit=t}set control(t){this.#I(this.#g.want(t)),this.#R()}use(t,e){let s=t!==this.#x;if(!s&&e===this.#b)return;let n=this.#T;this.close(),[this.#x,this.#b]=[t,e],this.#n.use(t),s&&this.#P(),n&&this.start()}useToken(t){this.use(this.#x,t)}start(){this.#x&&(this.#T=!0,this.#r.see(this.#E),this.#n.wake(this.#E),this.#n.open())}close(){this.#T=!1,this.#a.release(),this.#n.close(),this.#v("idle")}refuse(t){this.#x="",this.#P(),this.#n.refuse(t)}stop(){this.close(),this.#o.abort(),this.#d.port1.close(),this.#e.cancelAnimationFrame(this.#c),this.#i.remove()}retry(){this.#x&&(this.#T=!0,this.#n.retry())}requestControl(){this.#n.send(x.request())}releaseControl(){this.#n.send(x.release())}grantControl(t){this.#n.send(x.grant(t))}takeControl(){this.#n.send(x.take())}disconnect(t){this.#n.send(x.disconnect(t))}letIn(t){this.#n.send(x.letIn(t))}record(t){this.#n.send(x.record(t))}listLinks(){this.#n.send(D.list())}addLink(t,e,s){this.#n.send(D.add(t,e,s))}revokeLink(t){this.#n.send(D.revoke(t))}showKeyboard(t){this.#a.showKeyboard(t)}focus(t){this.#a.focus(t)}async proof(){let t=this.#r.shown;if(!t)throw new Error("there is no picture yet");if(!this.#C())throw new Error("this browser changes what is read from a canvas");let{sequence:e,update:s,exact:n}=t;return{sequence:String(e),update:s,exact:n,crc:await this.#s.proof()}}async snapshot(){if(!this.#r.shown)throw new Error("there is no picture yet");return this.#C()?await this.#s.png():await this.#N()}#C(){let t=this.#s.readable();return t!==this.#L&&(this.#L=t,this.#M.exact(this.info.exact),this.#R()),t}async#N(){let t=new URL("snapshot.png",this.#x.replace(/^ws/,"http")),e=this.#b===null?{}:{authorization:`Bearer ${this.#b}`},s="this browser changes what is read from a canvas, and the server's own picture could not be loaded",n=await fetch(t,{headers:e,cache:"no-store",signal:this.#o.signal}).catch(r=>{throw new Error(s,{cause:r})});if(!n.ok)throw new Error(`${s}: it answered ${n.status}`);return await n.blob()}get ledger(){return this.#r.ledger}get size(){let t=this.#r.shown;return t&&{width:t.width,height:t.height,ratio:t.ratio}}get info(){let{state:t,retryAt:e,reason:s,lostFor:n,clock:r}=this.#n,{fps:o,rested:a,shown:h}=this.#r;return{state:t,address:this.#x!=="",retryIn:e===null?null:Math.max(0,e-di.now()),lostFor:n,reason:s,...this.#g.info,role:this.#n.role,clients:this.#p,sentAway:this.#w,links:this.#y,title:this.#k,fps:o,exact:this.#L&&h?.exact===!0,readable:this.#L,rested:a,roundTrip:r.roundTrip,picture:h!==null,keyboard:this.#a.keyboard}}get#E(){return this.#t.visibilityState==="visible"&&this.#h.seen}#S(){let t=this.#h.begin();this.#u=JSON.stringify(t);let e=ae.of(this.#e);this.#m=JSON.stringify(e);let s=this.#b===null?{}:{token:this.#b},n=Ss.name(new URL(this.#x).host);return{type:"hello",...t,visible:this.#E,browser:n,...e,...s}}#v(t){t!=="connected"?(this.#r.reset(),this.#p=[],this.#w=[],this.#y=null,this.#g.clear()):(this.#H(),this.#_()),this.#R()}#D(t){if(t.type==="control")this.#I(this.#g.tell(t)),t.manages||(this.#y=null);else if(t.type==="clients")this.#p=t.list,this.#w=t.sent_away;else if(t.type==="links"){let{list:e,made:s,refused:n}=t;this.#y=e,this.#R(),this.#O("links",{made:s&&{name:s.name,address:D.address(this.#x,s.token)},refused:n});return}else if(t.type==="title")this.#z(t.value);else if(t.type==="cursor")this.#A=ee.known(t.value);else if(t.type==="clipboard"){this.#g.info.presenter&&this.#O("clipboard",{text:t.text});return}else if(t.type==="text_input"){this.#a.typeInto(t.kind==="none"?null:t);return}else if(t.type==="open_url"){this.#g.info.presenter&&this.#O("open",{url:t.url});return}this.#R()}#I(t){t&&this.#n.send(t)}#z(t){this.#k=t,this.#i.setAttribute("aria-label",t||"Live picture")}#P(){this.#r.forget(),this.#z(""),this.#A="default",this.#h.arrange(),this.#M.forget(),this.#B()}#R(){this.#$(),this.dispatchEvent(new Event("change"))}#O(t,e){this.dispatchEvent(new CustomEvent(t,{detail:e}))}#$(){let{info:t}=this;this.#M.show(t),this.#a.enable(t.presenter),this.#i.style.cursor=t.presenter?this.#A:"default"}#U(){let t=this.#E;t||this.#a.release(),this.#n.send({type:t?"show":"hide"}),this.#r.see(t),this.#n.wake(t),t&&this.#n.hurry(),t&&this.#_()}#_(){this.#c||=this.#e.requestAnimationFrame(()=>{this.#c=0,this.#a.flush(),this.#a.placeCaret(),this.#F();let t=this.#r.frame();t&&(this.#l.push(t),this.#d.port2.postMessage(null))})}#q(t,e){this.#h.painted(t);let s=this.#M.painted({...t,exact:this.#L&&t.exact},e),n=this.#B();(s||n)&&this.#R()}#B(){let t=JSON.stringify(this.size);return t===this.#f?!1:(this.#f=t,this.dispatchEvent(new Event("resize")),!0)}#K(t){this.#M.count("malformed",1),t&&this.#n.state==="connected"&&this.#j()}#j(){this.#M.lose(),this.#r.lose()}#H(){if(this.#n.state!=="connected")return;let t=ae.of(this.#e),e=JSON.stringify(t);e!==this.#m&&(this.#m=e,this.#n.send({type:"view_info",...t}))}#F(){if(this.#n.state!=="connected")return;let t=this.#h.report(),e=JSON.stringify(t);!t||e===this.#u||(this.#u=e,this.#n.send({type:"resize",...t}))}};var je=new WeakMap;var is,Ba=500,Ka=5e3,fe=class extends HTMLElement{static observedAttributes=["src","control","fit","type"];#t=this.attachShadow({mode:"open"});#e=this.attachInternals();#s=null;#i=Qi();#n=!1;#r=null;#a=!1;#h=new Map;constructor(){super(),this.#e.role="group"}get src(){return this.getAttribute("src")??""}set src(t){this.setAttribute("src",t)}get token(){return this.#r}set token(t){this.#r=t,this.#o()}get control(){return x.mode(this.getAttribute("control"))}set control(t){this.setAttribute("control",t)}get fit(){return C.fit(this.getAttribute("fit"))}set fit(t){this.setAttribute("fit",t)}get wheel(){return this.getAttribute("wheel")==="always"?"always":"focus"}set wheel(t){this.setAttribute("wheel",t)}get stats(){return this.hasAttribute("stats")}set stats(t){this.toggleAttribute("stats",t)}get state(){return this.#s?.view.info.state??"idle"}get presenter(){return this.#s?.view.info.presenter??!1}get link(){return this.#s?.view.info.role??"watch"}get size(){return this.#s?.view.size??null}get exact(){return this.#s?.view.info.exact??!1}get caption(){return this.#s?.view.info.title??""}get currentTime(){return this.#i.currentTime}set currentTime(t){this.#i.currentTime=t}get duration(){return this.#i.duration}get paused(){return this.#i.paused}get ended(){return this.#i.ended}get seeking(){return this.#i.seeking}get playbackRate(){return this.#i.playbackRate}set playbackRate(t){this.#i.playbackRate=t}play(){this.#i.paused=!1}pause(){this.#i.paused=!0}get figures(){let{fps:t,roundTrip:e}=this.#s?.view.info??{fps:0,roundTrip:null};return{fps:t,roundTrip:e}}connect(){this.#n=!1;let t=["lost","ended","refused"].includes(this.state);this.#d(),t&&this.#s?.view.retry()}disconnect(){this.#n=!0,this.#s?.view.close()}requestControl(){this.#s?.view.requestControl()}releaseControl(){this.#s?.view.releaseControl()}async snapshot({exact:t=!1}={}){this.#a&&this.#d();let{view:e}=this.#s??{};if(!e)throw new Error("<framecast-view> is in no page");let s=performance.now()+Ka;for(;t&&e.info.readable&&!e.info.exact;){if(performance.now()>s)throw new Error("the picture did not become exact: it moves, or there is none");await new Promise(n=>setTimeout(n,20))}return await e.snapshot()}focus(t){this.#s?.view.focus(t)}connectedCallback(){for(let t of["src","token","control","fit","stats","wheel","currentTime","playbackRate"]){if(!Object.hasOwn(this,t))continue;let e=this[t];delete this[t],Object.assign(this,{[t]:e})}this.#o()}disconnectedCallback(){this.#o()}connectedMoveCallback(){}adoptedCallback(){this.#m()}attributeChangedCallback(t){t==="src"&&(this.#n=!1),this.#o()}#o(){this.#a||(this.#a=!0,queueMicrotask(()=>this.#a&&this.#d()))}#d(){if(this.#a=!1,!this.isConnected||!this.ownerDocument.defaultView){this.#m();return}let t=this.src.trim(),e=xe(t,this.baseURI,this.getAttribute("type")==="recording"),s=e?.recorded===!0;if(this.#s&&s!==!this.#s.status&&this.#m(),s&&!is){this.#l();return}let{view:n}=this.#s??=this.#c(s&&is);if(n.fit=this.fit,n.control=this.control,this.#f(),!this.#n){if(t===""){n.use("",null),n.close();return}if(!e){n.refuse("Its address in this page is not one of a canvas.");return}n.use(e.socket,e.token??this.#r),this.#n?n.close():n.info.state==="idle"&&n.start()}}async#l(){try{({default:is}=await Promise.resolve().then(()=>(Zi(),Ji))),this.#o()}catch{this.isConnected&&(this.#s??=this.#c(!1)).view.refuse("The player of recordings could not be loaded.")}}#c(t){let e=this.ownerDocument,s=this.#t;s.adoptedStyleSheets=[be(e)];let n=new AbortController;if(t){let c=this.#i=new t(s,this,this.#i);return this.#u(c),{view:c,status:null,ends:n}}s.replaceChildren(...me(e));let{signal:r}=n,o=s.getElementById("view"),a=new $t(o,this,{focuses:()=>this.hasAttribute("autofocus"),scrolls:()=>this.wheel==="always"||this.matches(":fullscreen")});je.set(this,a);let h=new pt(a,s,this,r);a.addEventListener("clipboard",c=>{let{text:d}=c.detail;this.#w("framecast-clipboard",{text:d})&&h.offer(d)}),a.addEventListener("open",c=>{let{url:d}=c.detail,f=q.read(d);f&&this.#w("framecast-open",{url:f.href})&&h.visit(f.href)}),a.addEventListener("toolong",c=>h.tooLong(c.detail));let l=setInterval(()=>e.visibilityState==="visible"&&h.update(),Ba);return r.addEventListener("abort",()=>clearInterval(l)),h.update(),this.#u(a),{view:a,status:h,ends:n}}#u(t){t.addEventListener("change",()=>this.#g()),t.addEventListener("resize",()=>{this.#f(),this.#w("framecast-resize",{size:this.size})}),this.#h.set("framecast-state",JSON.stringify({state:"idle",reason:""}))}#m(){let t=this.#s;t&&(t.view.stop(),this.#s=null,t.status||(this.#i=Qi()),je.delete(this),t.ends.abort(),this.#t.replaceChildren(),this.dataset.state="idle",this.#h.clear())}#f(){let{size:t}=this,e=this.#t.getElementById("shape");e.style.aspectRatio=t&&this.fit!=="resize"?`${t.width} / ${t.height}`:""}#g(){let t=this.#s;t&&(t.status?.update(),this.#e.ariaLabel=this.caption||(t.status?"Live picture":"Recording"),this.#p("framecast-state",({state:e,reason:s})=>({state:e,reason:s})),this.#p("framecast-role",({presenter:e,role:s,held:n,by:r,canAsk:o,asks:a})=>({presenter:e,link:s,held:n,by:r,canAsk:o,asks:a})),this.#p("framecast-title",({title:e})=>({title:e})))}#p(t,e){if(!this.#s)return;let s=e(this.#s.view.info),n=JSON.stringify(s);this.#h.get(t)!==n&&(this.#h.set(t,n),this.#w(t,s))}#w(t,e){let s=t==="framecast-clipboard"||t==="framecast-open";return this.dispatchEvent(new CustomEvent(t,{bubbles:!0,cancelable:s,detail:e}))}};function Qi(){return{currentTime:0,duration:NaN,paused:!0,ended:!1,seeking:!1,playbackRate:1}}customElements.get("framecast-view")||customElements.define("framecast-view",fe);export{fe as default};
