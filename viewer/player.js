var zn=Object.defineProperty;var w=(i,t,e)=>()=>{if(e)throw e[0];try{return i&&(t=i(i=0)),t}catch(s){throw e=[s],s}};var Os=(i,t)=>{for(var e in t)zn(i,e,{get:t[e],enumerable:!0})};function Un(i){if(i.length>2048||!Cs.test(i)||!Pn.test(i))return null;let t=URL.parse?URL.parse(i):Bn(i);return!t||!["http:","https:"].includes(t.protocol)||t.username!==""||t.password!==""||!Hn(t.hostname)||!Cs.test(t.href)||jn(i,t.hostname)?null:{href:t.href,host:t.host}}function Bn(i){try{return new URL(i)}catch{return null}}function jn(i,t){let e=i.replace(/^[^:]*:\/\//,"").replace(/[/?#].*$/,"").replace(/:\d+$/,"");return/^[\d.]+$/.test(t)&&e.replace(/\.$/,"")!==t}function Hn(i){return i.startsWith("[")?i.endsWith("]"):/^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/.test(i)}var Cs,Pn,Y,ae=w(()=>{"use strict";Cs=/^[!#-;=?-[\]_a-z~]+$/,Pn=/^https?:\/\/[^/?#@%]*[^/?#@%:]([/?#]|$)/i;Y=Object.freeze({MAX_URL:2048,read:Un})});function ht(i){let t=(n,r={},...o)=>{let a=i.createElement(n);for(let[h,l]of Object.entries(r))a.setAttribute(h,l);return a.append(...o),a},e=n=>{let r=i.createElementNS(Ns,"svg");r.setAttribute("viewBox","0 0 16 16"),r.setAttribute("aria-hidden","true");for(let o of n){let a=i.createElementNS(Ns,"path");a.setAttribute("d",o),r.append(a)}return r};return{make:t,icon:e,tool:(n,r,o,a={})=>t("button",{id:n,type:"button","aria-label":o,title:o,...a},e(r))}}var Ns,Ne=w(()=>{"use strict";Ns="http://www.w3.org/2000/svg"});function er(i){return i==="cover"||i==="none"||i==="resize"?i:Is}function sr(i,t,e=Is){let s=[i.width/t.width,i.height/t.height],n=Math.min(i.width-t.width,i.height-t.height),r=n>=0&&n<=2,o=e==="cover"?Math.max(...s):Math.min(...s),a=e==="none"||r&&e!=="cover"?1:o,h=Math.max(1,Math.round(t.width*a)),l=Math.max(1,Math.round(t.height*a));return{x:Math.floor((i.width-h)/2),y:Math.floor((i.height-l)/2),width:h,height:l,smooth:a!==1&&(a<2||(t.ratio??1)<1)}}function ir(i,t,e,s){return{x:i.x/t.width*e.width/s,y:i.y/t.height*e.height/s}}function _e(i,t,e,s){return{x:i.x*s/e.width*t.width,y:i.y*s/e.height*t.height}}function nr({x:i,y:t,height:e},s,n,r){let o=_e({x:i,y:t},s,n,r),a=Math.min(_e({x:0,y:e},s,n,r).y,s.height),h=(l,c)=>Math.min(Math.max(l,0),Math.max(c,0));return{x:h(o.x,s.width-1),y:h(o.y,s.height-a),height:a}}function rr(i,t){return{width:i.width/i.ratio,height:i.height/i.ratio,ratio:t}}function or(i,t){return{width:Math.max(1,i.width)/t,height:Math.max(1,i.height)/t,ratio:t}}function ar(i,t,e){let s={width:Math.round(i.width*t),height:Math.round(i.height*t)};return e&&Math.max(Math.abs(e.width-s.width),Math.abs(e.height-s.height))<=1?e:s}var Is,R,De=w(()=>{"use strict";Is="contain";R=Object.freeze({fit:er,place:sr,toLogical:ir,fromLogical:_e,caret:nr,report:or,keep:rr,physical:ar})});function f(i,t){let e=i.getElementById(t);if(!e)throw new Error(`chrome.js makes no #${t}`);return e}var z=w(()=>{"use strict"});async function X(i,t){try{i.matches(":fullscreen")?await i.ownerDocument.exitFullscreen():await i.requestFullscreen({navigationUI:"hide"})}catch{t.hidden=!0}}var He=w(()=>{"use strict"});var b,D,vt,Wr,ce,We=w(()=>{"use strict";b=i=>({role:i,tag:"div",type:"",text:!1}),D=i=>({...b(i),text:!0}),vt=i=>({role:"",tag:"input",type:i,text:!1}),Wr=new Map([["group",b("group")],["window",b("group")],["label",D("")],["paragraph",D("paragraph")],["heading",D("heading")],["button",b("button")],["link",b("link")],["check_box",b("checkbox")],["radio_button",b("radio")],["radio_group",b("radiogroup")],["switch",b("switch")],["slider",vt("range")],["spin_button",vt("number")],["progress_bar",b("progressbar")],["meter",b("meter")],["text_field",vt("text")],["multiline_text_field",{role:"",tag:"textarea",type:"",text:!1}],["password_field",vt("text")],["search_field",vt("search")],["combo_box",b("combobox")],["list",b("list")],["list_item",D("listitem")],["list_box",b("listbox")],["list_box_option",D("option")],["menu_bar",b("menubar")],["menu",b("menu")],["menu_item",b("menuitem")],["menu_item_check_box",b("menuitemcheckbox")],["menu_item_radio",b("menuitemradio")],["tab_list",b("tablist")],["tab",b("tab")],["tab_panel",b("tabpanel")],["table",b("table")],["row",b("row")],["cell",D("cell")],["column_header",D("columnheader")],["row_header",D("rowheader")],["tree",b("tree")],["tree_item",b("treeitem")],["image",b("img")],["canvas",b("img")],["scroll_area",b("group")],["scroll_bar",b("scrollbar")],["toolbar",b("toolbar")],["dialog",b("dialog")],["alert_dialog",b("alertdialog")],["tooltip",D("tooltip")],["status",D("status")],["alert",D("alert")],["separator",b("separator")]]),ce=Wr});function Yr({number:i,root:t,focus:e,nodes:s}){if(!Z(i)||!Array.isArray(s)||t!==null&&!Z(t)||e!==null&&!Z(e))return null;let n=s.slice(0,Ve).map(Jr);return n.every(r=>r!==null)?{type:"accessibility",number:i,root:t,focus:e,nodes:n}:null}function Jr(i){if(typeof i!="object"||i===null)return null;let t=i,{id:e,role:s,range:n,toggled:r,expanded:o,selected:a,level:h,live:l,bounds:c,children:d,actions:u}=t;if(!Z(e))return null;let p=m=>typeof m=="string"?m.slice(0,qr):"",g=m=>typeof m=="boolean"?m:null;return{id:e,role:typeof s=="string"&&ce.has(s)?s:"group",name:p(t.name),description:p(t.description),value:p(t.value),placeholder:p(t.placeholder),range:Zr(n),toggled:r==="false"||r==="true"||r==="mixed"?r:null,expanded:g(o),selected:g(a),level:Z(h)&&h>0&&h<=Vr?h:null,disabled:t.disabled===!0,readOnly:t.read_only===!0,modal:t.modal===!0,live:l==="polite"||l==="assertive"?l:"off",bounds:Qr(c),children:Array.isArray(d)?d.slice(0,Ve).filter(Z):[],actions:Array.isArray(u)?Gr.filter(m=>u.includes(m)):[]}}function Zr(i){if(typeof i!="object"||i===null)return null;let{value:t,min:e=null,max:s=null,step:n=null}=i,r=o=>qe(o)?o:null;return qe(t)?{value:t,min:r(e),max:r(s),step:r(n)}:null}function Qr(i){if(!Array.isArray(i)||i.length!==4||!i.every(qe))return null;let[t,e,s,n]=i;return s<0||n<0?null:[t,e,s,n]}function qe(i){return typeof i=="number"&&Number.isFinite(i)}function Z(i){return Number.isSafeInteger(i)&&i>=0}var Ve,qr,Vr,Gr,to,eo,so,$,de=w(()=>{"use strict";We();Ve=4096,qr=4096,Vr=1e3,Gr=["click","focus","increment","decrement","set_value","expand","collapse","scroll_into_view"];to=i=>({type:"accessibility",wanted:i}),eo=i=>({type:"accessibility_ack",number:i}),so=(i,t,e)=>({type:"accessibility_action",node:i,action:t,...e===void 0?{}:{value:e}}),$=Object.freeze({parse:Yr,want:to,ack:eo,act:so,MAX_NODES:Ve})});async function At(i,t){return await createImageBitmap(new Blob([i],{type:t}),{colorSpaceConversion:"none"})}var Ge=w(()=>{"use strict"});var yo,si,ii=w(()=>{"use strict";Ge();yo={code:1,exact:!1,decode:i=>At(i,"image/jpeg")},si=Object.freeze(yo)});var xo,ni,ri=w(()=>{"use strict";Ge();xo={code:2,exact:!0,decode:i=>At(i,"image/png")},ni=Object.freeze(xo)});function vo(i){return ko.get(i)??null}function Eo(i){return i!=="h264"&&Ye[i].exact}var Ye,ko,Q,ue=w(()=>{"use strict";ii();ri();Ye=Object.freeze({jpeg:si,png:ni}),ko=new Map(Object.entries(Ye).map(([i,{code:t}])=>[t,i]));Q=Object.freeze({...Ye,named:vo,isExact:Eo})});function Ro(i){if(i.byteLength<=tt)return null;let t=new DataView(i),e=Q.named(t.getUint8(1));if(t.getUint8(0)!==So||e===null)return null;let s=t.getUint8(10),n=(s&oi)!==0,r=(s&ai)!==0;if(s>(oi|ai)||r&&!n)return null;let o=di(t),a=t.getUint16(2,!0),h=t.getUint16(12,!0);if(!o||a<tt||h*o.tileHeight>fe)return null;let l=Bo(t,a,h,ui(o));if(!l)return null;let c=new Uint8Array(i,a+2*h);return{encoding:e,part:t.getUint16(8,!0),last:n,exact:r,tiles:l,...o,bytes:c}}function zo(i){if(i.byteLength<=tt)return null;let t=new DataView(i);if(t.getUint8(0)!==Ao||t.getUint8(1)!==Mo)return null;let e=t.getUint8(8),s=di(t),n=t.getUint16(2,!0),r=t.getUint16(12,!0);if(!s||e>1||n<tt)return null;let[o,a]=[t.getUint16(28,!0),t.getUint16(30,!0)],h=o<s.width,l=g=>Po(h?Math.ceil(g/2):g);if(o!==l(s.width)||a!==l(s.height))return null;let c=jo(t,n,r,Math.min(ui(s),Oo));if(!c)return null;let d=[9,10,11].map(g=>t.getUint8(g).toString(16).padStart(2,"0")),u={keyframe:e===1,codec:`avc1.${d.join("")}`,width:o,height:a,half:h},p=new Uint8Array(i,n+4*r);return{encoding:"h264",part:0,last:!0,exact:!1,tiles:c,...s,bytes:p,video:u}}function di(i){let[t,e]=[i.getUint16(14,!0),i.getUint16(16,!0)],[s,n]=[i.getUint32(20,!0),i.getUint32(24,!0)],r=i.getFloat64(32,!0);if(!hi(t)||!hi(e)||!Uo(s,n,r))return null;let[o,a,h,l]=[48,56,64,72].map(k=>i.getFloat64(k,!0));if(!S(a)||!S(h)||!S(l)||!S(o)&&!Number.isNaN(o))return null;let[c,d]=[i.getUint32(4,!0),i.getBigUint64(40,!0)],u=S(o)?o:null,g=Math.min(i.getUint16(2,!0),i.byteLength)>=tt+8?i.getFloat64(tt,!0):null,m=S(g)?g:null;return{update:c,tileWidth:t,tileHeight:e,width:s,height:n,ratio:r,sequence:d,input:u,drawn:a,presented:m,encoded:h,sent:l}}function ui({width:i,height:t,tileWidth:e,tileHeight:s}){return Math.ceil(i/e)*Math.ceil(t/s)}function Po(i){return i+i%2}function hi(i){return i>=No&&i<=Io}function Uo(i,t,e){return i===0||t===0||i>fe||t>fe?!1:i*t<=li&&e>0&&e<=_o}function Bo(i,t,e,s){if(e===0||e>Co||t+2*e>=i.byteLength)return null;let n=new Uint16Array(e),r=-1;for(let o=0;o<e;o+=1){let a=i.getUint16(t+2*o,!0);if(a<=r||a>=s)return null;n[o]=r=a}return n}function jo(i,t,e,s){if(e===0||e>Lo||t+4*e>=i.byteLength)return null;let n=Array.from({length:e},(l,c)=>{let d=i.getUint16(t+4*c,!0);return{first:d,after:d+i.getUint16(t+4*c+2,!0)}}),r=0,o=-1;for(let{first:l,after:c}of n){if(l<=o||c<=l||c>s)return null;o=c,r+=c-l}let a=new Uint16Array(r),h=0;for(let{first:l,after:c}of n)for(let d=l;d<c;d+=1)a[h++]=d;return a}function Ho(i){let t;try{t=JSON.parse(i)}catch{return null}if(typeof t!="object"||t===null||Array.isArray(t))return null;let e=t;switch(e.type){case"welcome":return Ko(e);case"title":case"cursor":return typeof e.value=="string"?{type:e.type,value:K(e.value)}:null;case"control":return Fo(e);case"clients":{let{list:s,sent_away:n=[]}=e;return!Array.isArray(s)||!Array.isArray(n)?null:Wo(s.slice(0,Ze).map(Yo),n.slice(0,Ze).map(Go))}case"links":return qo(e);case"clipboard":{let{text:s}=e;return typeof s=="string"&&s.length<=ci?{type:"clipboard",text:s}:null}case"text_input":return Xo(e);case"accessibility":return $.parse(e);case"open_url":{let{url:s}=e;return typeof s=="string"&&s.length<=Y.MAX_URL?{type:"open_url",url:s}:null}case"pong":{let{id:s,time:n}=e;return S(s)&&S(n)?{type:"pong",id:s,time:n}:null}case"closed":return{type:"closed",reason:typeof e.reason=="string"?K(e.reason):""};default:return typeof e.type=="string"?{type:"unknown"}:null}}function Ko({client:i,role:t="drive",video:e}){return!S(i)||!pe(t)?null:{type:"welcome",client:i,role:t,video:Array.isArray(e)&&e.includes("h264")?["h264"]:[]}}function Fo({presenter:i,held:t,by:e="",can_ask:s=!1,asks:n=!1,manages:r=!1,recording:o=null}){if(typeof i!="boolean"||typeof t!="boolean"||typeof e!="string"||typeof s!="boolean"||typeof n!="boolean"||typeof r!="boolean")return null;let a=o==="running"||o==="paused"?o:null;return{type:"control",presenter:i,held:t,by:K(e),can_ask:s,asks:n,manages:r,recording:a}}function Xo({kind:i,caret:t}){if(typeof i!="string")return null;if(i==="none")return{type:"text_input",kind:i};if(typeof t!="object"||t===null)return null;let{x:e,y:s,width:n,height:r}=t;return!S(e)||!S(s)||!S(n)||!S(r)||n<0||r<0?null:{type:"text_input",kind:Do.find(a=>a===i)??"text",caret:{x:e,y:s,width:n,height:r}}}function Wo(i,t){return!i.every(e=>e!==null)||!t.every(e=>e!==null)?null:{type:"clients",list:i,sent_away:t}}function qo({list:i,made:t=null,refused:e=null}){if(!Array.isArray(i)||e!==null&&typeof e!="string")return null;let s=i.slice(0,Ze).map(Vo);if(!s.every(a=>a!==null))return null;let n={type:"links",list:s,refused:e===null?null:K(e)};if(t===null)return{...n,made:t};if(typeof t!="object")return null;let{name:r,token:o}=t;return typeof r=="string"&&typeof o=="string"&&$o.test(o)?{...n,made:{name:K(r),token:o}}:null}function Vo(i){if(typeof i!="object"||i===null)return null;let{name:t,role:e,seconds:s,clients:n,made:r,own:o}=i;return typeof t!="string"||!pe(e)||!S(n)||s!==null&&!S(s)||typeof r!="boolean"||typeof o!="boolean"?null:{name:K(t),role:e,seconds:s,clients:n,made:r,own:o}}function Go(i){if(typeof i!="object"||i===null)return null;let{number:t,label:e,role:s}=i;return S(t)&&typeof e=="string"&&pe(s)?{number:t,label:K(e),role:s}:null}function Yo(i){if(typeof i!="object"||i===null)return null;let{number:t,label:e,role:s,visible:n,presenter:r,asks:o,you:a}=i;return!S(t)||typeof e!="string"||!pe(s)||typeof n!="boolean"||typeof r!="boolean"||typeof o!="boolean"||typeof a!="boolean"?null:{number:t,label:K(e),role:s,visible:n,presenter:r,asks:o,you:a}}function pe(i){return i==="drive"||i==="watch"}function S(i){return typeof i=="number"&&Number.isFinite(i)}function K(i){return i.length>Je?i.slice(0,Je):i}var To,tt,So,Ao,Mo,Lo,Oo,oi,ai,Co,No,Io,fe,li,_o,Je,ci,Do,$o,Ze,O,Mt=w(()=>{"use strict";de();ae();ue();To="framecast.v1",tt=80,So=2,Ao=3,Mo=1,Lo=64,Oo=2**16,oi=1,ai=2,Co=256,No=8,Io=1024,fe=65535,li=2**28,_o=64,Je=1024,ci=64*1024,Do=["text","multiline","number","email","url"],$o=/^[A-Za-z0-9_-]{1,256}$/,Ze=256;O=Object.freeze({SUBPROTOCOL:To,MAX_SIDE:fe,MAX_AREA:li,MAX_TEXT:Je,MAX_CLIPBOARD:ci,parsePart:Ro,parseVideo:zo,parseMessage:Ho})});function oa(i){return ra.has(i)?i:"default"}var ra,me,Qe=w(()=>{"use strict";ra=new Set(["default","none","context-menu","help","pointer","progress","wait","cell","crosshair","text","vertical-text","alias","copy","move","no-drop","not-allowed","grab","grabbing","e-resize","n-resize","ne-resize","nw-resize","s-resize","se-resize","sw-resize","w-resize","ew-resize","ns-resize","nesw-resize","nwse-resize","col-resize","row-resize","all-scroll","zoom-in","zoom-out"]);me=Object.freeze({known:oa})});function Ua(i){let{devicePixelRatio:t,outerWidth:e,outerHeight:s}=i,n=!i.navigator.vendor.startsWith("Apple");return{ratio:t,counts:n,outerWidth:e,outerHeight:s,...Ba(i)}}function Ba(i){try{let{innerWidth:t,innerHeight:e}=i.top??i;return{innerWidth:t,innerHeight:e}}catch{return{innerWidth:0,innerHeight:0}}}function ja({ratio:i,counts:t,outerWidth:e,outerHeight:s,innerWidth:n,innerHeight:r}){if(t||!(n>0&&r>0))return i;let o=1,a=1/0;for(let h of Ra){let l=e-n*h;!(l>=-h&&l<=Pa+h&&r*h<=s+h)||Math.abs(l)>=a||(o=h,a=Math.abs(l))}return i*o}function Ha({ratio:i,counts:t,outerWidth:e,outerHeight:s,innerWidth:n,innerHeight:r}){if(!t)return[1];let o=n>0&&r>0?Math.min(e/n,s/r):1,a=(c,d)=>Math.abs(c/d-1)<.01,l=$a.filter(c=>za.some(d=>a(i,c*d))).filter(c=>c<=o*1.01);return l.length>0?l.reverse():[1]}var $a,Ra,za,Pa,et,ns=w(()=>{"use strict";$a=[.25,.3333333333333333,.5,.6666666666666666,.75,.8,.9,1,1.1,1.25,1.5,1.75,2,2.5,3,4,5],Ra=[.5,.75,.85,1,1.15,1.25,1.5,1.75,2,2.5,3,.3,.67,.8,.9,1.1,1.2,1.33,1.7,2.4,4,5,1.2**-3,1.2**-2,1.2**-1,1.2**2,1.2**3,1.2**4,1.2**5,1.2**6],za=[1,1.25,1.5,1.75,2,2.25,2.5,3,3.5,4],Pa=16;et=Object.freeze({geometry:Ua,pixelRatio:ja,candidates:Ha})});function Qa(i,t){let e=~i;for(let s=0;s<t.length;s+=4)for(let n=0;n<3;n+=1){let r=t[s+n];e=Di[(e^r)&255]^e>>>8}return~e>>>0}function th(i,t){let e=~i;for(let s of t)e=Di[(e^s)&255]^e>>>8;return~e>>>0}function eh(i){return i.toString(16).padStart(8,"0")}var Di,st,rs=w(()=>{"use strict";Di=Uint32Array.from({length:256},(i,t)=>{let e=t;for(let s=0;s<8;s+=1)e=e&1?e>>>1^3988292384:e>>>1;return e});st=Object.freeze({bytes:th,pixels:Qa,hex:eh})});function sh(){let i=new Uint8ClampedArray(65536),t=1;for(let e=0;e<i.length;e+=1)t^=t<<13,t^=t>>>17,t^=t<<5,i[e]=e%4===3?255:t&255;return i}function ih(i,t){if(i.length!==t.length)return!1;for(let e=0;e<i.length;e+=1)if(i[e]!==t[e])return!1;return!0}var be,$i=w(()=>{"use strict";be=Object.freeze({SIDE:128,pattern:sh,same:ih})});function os(i,{width:t,tileWidth:e,tileHeight:s}){let n=Math.ceil(t/e),r=[],o=new Map;for(let a=0;a<i.length;){let h=i[a],l=Math.floor(h/n),c=(l+1)*n,d=1;for(;i[a+d]===h+d&&h+d<c;)d+=1;a+=d;let u={x:h%n*e,y:l*s,width:d*e,height:s},p=`${u.x} ${u.width}`,g=o.get(p);g&&g.y+g.height===u.y?g.height+=s:(o.set(p,u),r.push(u))}return r}var Ri=w(()=>{"use strict"});function rh(i,t,{width:e,height:s,half:n},r){let o=n?2:1;i.save(),i.beginPath();for(let{x:a,y:h,width:l,height:c}of os(t.tiles,t))i.rect(a,h,l,c);i.clip(),i.imageSmoothingEnabled=n,i.drawImage(r,0,0,e*o,s*o),i.restore()}var nh,P,ye=w(()=>{"use strict";rs();ue();$i();Ri();nh=2**18,P=class{canvas=document.createElement("canvas");#t=this.canvas.getContext("2d",{alpha:!1});constructor(){this.canvas.setAttribute("role","img"),this.canvas.setAttribute("part","canvas"),this.canvas.hidden=!0,Object.assign(this.canvas.style,{position:"absolute",touchAction:"manipulation",userSelect:"none",webkitUserSelect:"none",webkitTouchCallout:"none"})}async decode(t){return await Q[t.encoding].decode(t.bytes)}draw({frame:t,pieces:e}){let{canvas:s}=this,{width:n,height:r,tileWidth:o,tileHeight:a}=t,h=this.#t;if(!h)throw new Error("the browser gives no canvas to draw on");(s.width!==n||s.height!==r)&&Object.assign(s,{width:n,height:r});let l=Math.ceil(n/o);for(let{tiles:c,bitmap:d}of e)if(d){if(t.video){rh(h,t,t.video,d);continue}h.imageSmoothingEnabled=!1,c.forEach((u,p)=>{let g=u%l*o,m=Math.floor(u/l)*a,[k,E]=[o,a];h.drawImage(d,0,p*E,k,E,g,m,k,E)})}}readable(){let{SIDE:t}=be,e=document.createElement("canvas"),s=document.createElement("canvas");for(let a of[e,s])Object.assign(a,{width:t,height:t});let n=e.getContext("2d",{alpha:!1}),r=s.getContext("2d",{alpha:!1,willReadFrequently:!0});if(!n||!r)return!1;let o=be.pattern();n.putImageData(new ImageData(o,t,t),0,0),r.drawImage(e,0,0);try{return be.same(o,r.getImageData(0,0,t,t).data)}catch{return!1}}async proof(){let{context:t,canvas:{width:e,height:s}}=this.#e(),n=Math.max(1,Math.floor(nh/e)),r=0;for(let o=0;o<s;o+=n)r=st.pixels(r,t.getImageData(0,o,e,Math.min(n,s-o)).data),await new Promise(a=>setTimeout(a));return st.hex(r)}async png(){let{canvas:t}=this.#e();return await new Promise((e,s)=>{t.toBlob(n=>{n?e(n):s(new Error("the browser could not make a PNG of the picture"))},"image/png")})}#e(){let{width:t,height:e}=this.canvas,s=document.createElement("canvas");Object.assign(s,{width:t,height:e});let n=s.getContext("2d",{alpha:!1,willReadFrequently:!0});if(!n)throw new Error("the browser gives no canvas to read from");return n.drawImage(this.canvas,0,0),{canvas:s,context:n}}}});var W,as=w(()=>{"use strict";De();ns();W=class{seen=!0;#t;#e;#s;#i;#n;#r="contain";#o=null;#h=0;#a={width:0,height:0,ratio:1};#d=!1;constructor(t,e,s,n){this.#t=t,this.#e=e,this.#s=s,this.#i=t.ownerDocument.defaultView??window,this.#n=n;let r=new ResizeObserver(a=>this.#l(a.at(-1)));try{r.observe(t,{box:"device-pixel-content-box"})}catch{r.observe(t)}let o=new IntersectionObserver(a=>this.#c(a.at(-1)?.isIntersecting===!0));o.observe(t),n.addEventListener("abort",()=>{r.disconnect(),o.disconnect()}),this.#u(),this.#i.addEventListener("resize",()=>this.#m(),{signal:n})}set fit(t){this.#r!==t&&(this.#r=t,this.arrange(),this.#s.resized())}painted({width:t,height:e,ratio:s}){let{width:n,height:r,ratio:o}=this.#a;(n!==t||r!==e||o!==s)&&this.arrange()}arrange(){let t=this.#s.shown();if(this.#e.hidden=t===null,this.#a={width:t?.width??0,height:t?.height??0,ratio:t?.ratio??1},!t)return;let e=this.#f;this.#h=e;let s=R.place(this.#g(),t,this.#r),n={x:s.x/e,y:s.y/e,width:s.width/e,height:s.height/e};Object.assign(this.#e.style,{left:`${n.x}px`,top:`${n.y}px`,width:`${n.width}px`,height:`${n.height}px`,imageRendering:s.smooth?"auto":"pixelated"}),this.#s.placed?.(n,{width:t.width/t.ratio,height:t.height/t.ratio})}begin(){return this.#d=!1,this.report()??{width:0,height:0,ratio:this.#f}}report(){if(this.#r==="resize")return this.#d=!0,R.report(this.#g(),this.#f);let t=this.#d?this.#s.shown():null;return t&&R.keep(t,this.#f)}place(t){let e=this.#s.shown();if(!e)return null;let s=this.#e.getBoundingClientRect();if(s.width===0||s.height===0)return null;let n={x:t.x-s.left,y:t.y-s.top};return R.toLogical(n,s,e,e.ratio)}locate(t){let e=this.#s.shown(),s=this.#e.getBoundingClientRect();if(!e||s.width===0||s.height===0)return null;let n=R.caret(t,s,e,e.ratio),r=this.#t.getBoundingClientRect();return{...n,x:n.x+s.left-r.left,y:n.y+s.top-r.top}}#l(t){let e=t?.devicePixelContentBoxSize?.[0];this.#o=e?{width:e.inlineSize,height:e.blockSize}:null,this.arrange(),this.#s.resized()}#c(t){this.seen!==t&&(this.seen=t,this.#s.looked())}#u(){if(this.#n.aborted)return;let t=this.#i.matchMedia(`(resolution: ${this.#i.devicePixelRatio}dppx)`),e=()=>{this.#u(),this.arrange(),this.#s.resized()};t.addEventListener("change",e,{once:!0,signal:this.#n})}#m(){this.#f!==this.#h&&(this.arrange(),this.#s.resized())}get#f(){return et.pixelRatio(et.geometry(this.#i))}#g(){let t=this.#t.getBoundingClientRect();return R.physical(t,this.#f,this.#o)}}});var Xi={};Os(Xi,{default:()=>ve});function Fi(i){return new TextDecoder().decode(i)}var fh,Ki,ph,Gt,ve,Ee,ds,Wi=w(()=>{"use strict";fh=["title","cursor","control"],Ki=/^[0-9a-z-]{1,100}$/,ph={fetch:(i,t)=>fetch(i,t),now:()=>performance.now()/1e3,random:Math.random,after:(i,t)=>setTimeout(i,t*1e3),cancel:i=>clearTimeout(i)},Gt=class extends Error{},ve=class{#t;#e;#s;#i=new AbortController;#n=!0;#r=null;#o=new AbortController;#h=new AbortController;constructor(t,e,s=ph){this.#t=t,this.#e=e,this.#s=s,this.#a()}stop(){this.#i.abort(),this.restart(),this.wake(!0)}restart(){this.#o.abort(),this.#h.abort()}wake(t){this.#n=t,t?(this.#r?.(),this.#r=null):this.restart()}async#a(){let t=0;for(;!this.#i.signal.aborted;){if(this.#n||await new Promise(s=>this.#r=()=>s(null)),this.#i.signal.aborted)return;let e=this.#o=new AbortController;try{let{first:s,seconds:n}=await this.#d(e.signal);s!==null&&(this.#e.anew(),await this.#l(s,n,e.signal,()=>t=0)),await this.#f(n)}catch(s){if(this.#i.signal.aborted)return;if(e.signal.aborted)continue;if(s instanceof Gt){await this.#f(this.#s.random());continue}t+=1;let n=s instanceof Ee;if(n||t>=5){this.#i.abort(),this.#e.over(n);return}await this.#f(Math.min(8,2**(t-1))*(.5+.5*this.#s.random()))}}}async#d(t){let e=await this.#m("now",t),s=[401,403,404,405].includes(e.status),n=e.ok?await e.json().catch(()=>null):null,{first:r,seconds:o}=n??{},a=(r===null||typeof r=="string"&&Ki.test(r))&&o>0&&o<=60;if(s||e.ok&&!a)throw new Ee;if(!a)throw new Error(`it answered ${e.status}`);return{first:r,seconds:o}}async#l(t,e,s,n){let r=this.#s.now(),o=await this.#c(t,0,s);for(let a=1;;a+=1)if(o=await this.#c(o,e,s),n(),this.#s.now()-r-a*e>5)throw new Gt}async#c(t,e,s){let n=await this.#m(t,s);if(n.status===410||n.status===404)throw new Gt;if(!n.ok||!n.body)throw new Error(`it answered ${n.status}`);let r=n.body.getReader(),o=new ds,a=null,h=null;for(;;){let l=this.#s.after(()=>{r.cancel()},15),{done:c,value:d}=await r.read().finally(()=>this.#s.cancel(l));if(s.aborted)throw new Error("it was ended");if(c)break;o.add(d);for(let u=o.take();u;u=o.take())if(u.kind===0)a=Fi(u.payload);else if(u.kind===1)this.#u(u.payload);else if(u.kind===2){let p=this.#e.parsePart(u.payload.slice().buffer);if(!p)throw new Error("a part cannot be read");h??={here:this.#s.now(),there:p.encoded};let g=h.here+.8*(p.encoded-h.there)-this.#s.now();if(g>0&&await this.#f(Math.min(g,e)),s.aborted)throw new Error("it was ended");this.#e.part(p)}}if(a===null||!Ki.test(a)||o.length>0)throw new Error("it was cut short");return a}#u(t){let e=this.#e.parseMessage(Fi(t));e&&fh.includes(e.type)&&this.#e.message(e)}async#m(t,e){let s=this.#h=new AbortController;e.aborted&&s.abort();let n=this.#s.after(()=>s.abort(),15);try{return await this.#s.fetch(this.#t+t,{credentials:"omit",signal:s.signal})}finally{this.#s.cancel(n)}}#f(t){return new Promise(e=>this.#s.after(()=>e(null),t))}},Ee=class extends Error{},ds=class{length=0;#t=[];#e=5;add(t){this.#t.push(t),this.length+=t.length}take(){if(this.length<this.#e)return null;let t=this.#s(),e=new DataView(t.buffer,t.byteOffset).getUint32(1,!0);if(e>33554432)throw new Error("a message is too long");if(this.#e=5+e,t.length<this.#e)return null;let s={kind:t[0],payload:t.subarray(5,this.#e)};return this.#t=[t.subarray(this.#e)],this.length-=this.#e,this.#e=5,s}#s(){let[t]=this.#t;if(t&&this.#t.length===1)return t;let e=new Uint8Array(this.length),s=0;for(let n of this.#t)e.set(n,s),s+=n.length;return this.#t=[e],e}}});function mh({key:i,shiftKey:t,ctrlKey:e,altKey:s,metaKey:n}){if(e||s||n)return null;if(/^[0-9]$/.test(i))return{does:"to",part:Number(i)/10};switch(i){case" ":case"k":return{does:"toggle"};case"f":return{does:"fullscreen"};case"ArrowLeft":return t?{does:"step",by:-1}:{does:"by",seconds:-Vi};case"ArrowRight":return t?{does:"step",by:1}:{does:"by",seconds:Vi};case",":return{does:"step",by:-1};case".":return{does:"step",by:1};case"PageUp":return{does:"by",seconds:-Gi};case"PageDown":return{does:"by",seconds:Gi};case"Home":return{does:"to",part:0};case"End":return{does:"to",part:1};case"<":case"[":case"ArrowDown":return{does:"faster",by:-1};case">":case"]":case"ArrowUp":return{does:"faster",by:1};case"Backspace":case"=":return{does:"speed",rate:1};default:return null}}function gh(i){switch(i){case"ArrowUp":return"ArrowRight";case"ArrowDown":return"ArrowLeft";case"PageUp":return"PageDown";case"PageDown":return"PageUp";default:return i}}function wh(i,t){return(t>0?fs.find(s=>s>i):[...fs].reverse().find(s=>s<i))??i}var fs,Vi,Gi,it,ps=w(()=>{"use strict";fs=Object.freeze([.25,.5,1,1.5,2,4,8,16]),Vi=5,Gi=60;it=Object.freeze({RATES:fs,action:mh,onSlider:gh,next:wh})});function Yi(i){let t=Number.isFinite(i)?Math.max(0,Math.floor(i)):0,e=n=>String(n).padStart(2,"0"),s=Math.floor(t/60);return s<60?`${s}:${e(t%60)}`:`${Math.floor(s/60)}:${e(s%60)}:${e(t%60)}`}function bh(i){let t=Number.isFinite(i)?Math.max(0,Math.floor(i)):0,[e,s,n]=[Math.floor(t/3600),Math.floor(t/60)%60,t%60],r=(o,a)=>`${o} ${a}${o===1?"":"s"}`;return[e&&r(e,"hour"),s&&r(s,"minute"),(n||t<60)&&r(n,"second")].filter(Boolean).join(" ")}function yh(i,t,e){return i?i.cut?`Not completed: it ends at ${Yi(t)}`:`Damaged at byte ${i.offset.toLocaleString("en")} of ${e.toLocaleString("en")}`:""}function xh({state:i,reason:t,retryIn:e,progress:s,waiting:n}){if(i==="refused")return{title:"Cannot play this recording",detail:t,retry:!0};if(i==="lost"){let r=e===null?"Trying again…":`Trying again in ${Math.max(1,Math.ceil(e))} s.`;return{title:"Connection lost",detail:`${t} ${r}`,retry:!0}}return i==="connecting"?{title:s?"Reading the recording…":"Opening the recording…",detail:s?kh(s):"",retry:!1}:{title:n?"Loading…":"",detail:"",retry:!1}}function kh({read:i,size:t}){let e=s=>(s/1048576).toFixed(s<10485760?1:0);return t===null||t<i?`${e(i)} MiB`:`${e(i)} of ${e(t)} MiB (${Math.floor(100*i/Math.max(t,1))} %)`}function vh(i){return`${i}×`}var A,Jt=w(()=>{"use strict";A=Object.freeze({time:Yi,spoken:bh,damage:yh,notice:xh,rate:vh})});function ms(i){let{make:t,icon:e,tool:s}=ht(i),n={hidden:""},r=h=>{let l=i.createElementNS(Ji,"svg");for(let[c,d]of Object.entries({class:`strip ${h}`,viewBox:Eh,preserveAspectRatio:"none","aria-hidden":"true"}))l.setAttribute(c,d);return l.append(i.createElementNS(Ji,"path")),l},o=s("play",Se.play,"Play",{"aria-keyshortcuts":"Space","data-playing":"false"}),a=e(Se.pause);return a.classList.add("pause"),o.append(a),[t("div",{id:"shape"}),t("div",{id:"view",part:"view",tabindex:"-1"}),t("p",{id:"heading",part:"heading",...n},t("span",{id:"heading-title"}),t("span",{id:"heading-detail"})),t("button",{id:"begin",part:"begin",type:"button","aria-label":"Play",tabindex:"-1",...n},e(Se.play)),t("div",{id:"controls",part:"controls",role:"group","aria-label":"Playback",...n},o,t("div",{id:"timeline",part:"timeline",role:"slider",tabindex:"0","aria-label":"Time","aria-orientation":"horizontal","aria-valuemin":"0","aria-valuemax":"0","aria-valuenow":"0"},t("div",{class:"rail"},r("all"),r("played"),t("span",{class:"line"}),t("span",{class:"knob"})),t("div",{id:"preview",...n},t("canvas",{"aria-hidden":"true"}),t("span",{}))),t("span",{id:"time"},t("span",{id:"time-now"},A.time(0)),t("span",{id:"time-all"})),t("button",{id:"speed",type:"button","aria-haspopup":"true","aria-expanded":"false","aria-controls":"speeds"},A.rate(1)),s("fullscreen",Se.fullscreen,"Full screen",{"aria-pressed":"false"})),t("div",{id:"speeds",part:"panel speeds",role:"menu","aria-label":"Speed",...n},...[...it.RATES].reverse().map(h=>t("button",{type:"button",role:"menuitemradio","data-rate":String(h),"aria-checked":String(h===1),tabindex:"-1"},A.rate(h)))),t("section",{id:"notice",part:"notice",class:"busy","aria-label":"Recording",...n},t("span",{class:"pulse","aria-hidden":"true"}),t("div",{},t("p",{id:"notice-title"}),t("p",{id:"notice-detail"})),t("button",{id:"retry",type:"button",...n},"Try now")),t("p",{id:"announcement",role:"status","aria-live":"polite"})]}var Se,Eh,Ji,Zi=w(()=>{"use strict";ps();Ne();Jt();Se={play:["M4.75 3.1v9.8a.5.5 0 0 0 .76.43l7.9-4.9a.5.5 0 0 0 0-.86l-7.9-4.9a.5.5 0 0 0-.76.43z"],pause:["M4.25 3.25h2.25v9.5H4.25z","M9.5 3.25h2.25v9.5H9.5z"],fullscreen:["M2.5 6V4A1.5 1.5 0 0 1 4 2.5h2M10 2.5h2A1.5 1.5 0 0 1 13.5 4v2M13.5 10v2a1.5 1.5 0 0 1-1.5 1.5h-2M6 13.5H4A1.5 1.5 0 0 1 2.5 12v-2"]},Eh="0 0 1 1",Ji="http://www.w3.org/2000/svg"});var Th,Qi,Zt,tn=w(()=>{"use strict";z();Jt();Th=60,Qi=8,Zt=class{dragged=!1;#t;#e;#s;#i;#n;#r;#o;#h;#a=-1;constructor(t,e,s){this.#t=t.host,this.#e=e,this.#s=f(t,"timeline"),this.#i=this.#s.querySelector(".rail"),this.#n=f(t,"preview"),this.#r=this.#n.querySelector("canvas"),this.#o=this.#n.querySelector("span"),Object.assign(this.#r,{width:0,height:0});let n=this.#s;n.addEventListener("pointerdown",r=>{r.button!==0||!r.isPrimary||(n.setPointerCapture(r.pointerId),this.#d(!0),this.#e.seek(this.#l(r)),this.#c(r))}),n.addEventListener("pointermove",r=>{this.dragged&&this.#e.seek(this.#l(r)),this.#c(r)});for(let r of["pointerup","pointercancel","lostpointercapture"])n.addEventListener(r,o=>{this.#d(!1),(o.pointerType==="touch"||!n.matches(":hover"))&&this.hide()});n.addEventListener("pointerleave",()=>this.dragged||this.hide()),s.addEventListener("abort",()=>clearTimeout(this.#h))}update(t,e){let s=e>0?Math.min(t/e,1):0;this.#i.style.setProperty("--played",`${(100*s).toFixed(3)}%`);let n=Math.floor(t);n!==this.#a&&(this.#a=n,this.#s.setAttribute("aria-valuenow",String(n)),this.#s.setAttribute("aria-valuemax",String(Math.floor(e))),this.#s.setAttribute("aria-valuetext",`${A.spoken(t)} of ${A.spoken(e)}`))}strip(t){this.#a=-1;let e=1/t.length,s=t.map((r,o)=>`L${(o*e).toFixed(5)} ${(1-r).toFixed(4)}H${((o+1)*e).toFixed(5)}`),n=t.length>0?`M0 1${s.join("")}V1Z`:"";for(let r of this.#s.querySelectorAll(".strip path"))r.setAttribute("d",n)}hide(){clearTimeout(this.#h),this.#n.hidden=!0}#d(t){this.dragged=t,this.#s.classList.toggle("dragged",t)}#l(t){let{left:e,width:s}=this.#i.getBoundingClientRect();return Math.min(Math.max((t.clientX-e)/Math.max(s,1),0),1)*this.#e.duration()}#c(t){let e=this.#l(t);this.#o.textContent=A.time(e),this.#n.hidden=!1;let s=this.#e.known(e);clearTimeout(this.#h),s?this.#u(s):this.#h=setTimeout(async()=>{let n=await this.#e.thumbnail(e);!n||this.#n.hidden||(this.#u(n),this.#m(t.clientX))},Th),this.#m(t.clientX)}#u(t){let{width:e,height:s}=t,n=this.#t.ownerDocument.defaultView?.devicePixelRatio??1;Object.assign(this.#r,{width:e,height:s}),Object.assign(this.#r.style,{width:`${e/n}px`,height:`${s/n}px`}),this.#r.getContext("2d",{alpha:!1})?.drawImage(t,0,0)}#m(t){let e=this.#s.getBoundingClientRect(),s=this.#t.getBoundingClientRect(),{width:n}=this.#n.getBoundingClientRect(),r=Math.min(Math.max(t-n/2,s.left+Qi),s.right-Qi-n);this.#n.style.left=`${r-e.left}px`}}});var Sh,Qt,en=w(()=>{"use strict";z();He();ps();tn();Jt();Sh=2500,Qt=class{timeline;#t;#e;#s;#i;#n;#r;#o;#h;#a;#d;#l;#c;#u;#m=0;#f="";constructor(t,e,s,n){this.#t=t,this.#e=e,this.#s=s,this.#i=f(e,"view"),this.#n=f(e,"controls"),this.#r=f(e,"heading"),this.#o=f(e,"begin"),this.#h=f(e,"play"),this.#a=f(e,"speed"),this.#d=f(e,"speeds"),this.#l=f(e,"notice"),this.#c=f(e,"fullscreen");let r={duration:()=>t.duration||0,seek:a=>{t.currentTime=a},known:a=>t.thumbnails?.known(a*1e6)??null,thumbnail:async a=>await t.thumbnails?.at(a*1e6)??null};this.timeline=new Zt(e,r,n),this.#h.addEventListener("click",()=>this.#p()),this.#o.addEventListener("click",()=>{this.#i.focus({preventScroll:!0}),this.#p()}),this.#i.addEventListener("click",a=>this.#w(a)),this.#a.addEventListener("click",()=>this.#x(this.#d.hidden)),this.#d.addEventListener("click",a=>this.#y(a)),this.#d.addEventListener("focusout",a=>{let h=a.relatedTarget;h!==this.#a&&!this.#d.contains(h)&&this.#x(!1)}),f(e,"retry").addEventListener("click",()=>t.retry()),e.addEventListener("keydown",a=>this.#b(a));let o=e.ownerDocument;this.#c.hidden=!o.fullscreenEnabled,this.#c.addEventListener("click",()=>X(s,this.#c)),o.addEventListener("fullscreenchange",()=>this.update(),{signal:n});for(let a of["pointermove","pointerdown","keydown","focusin"])e.addEventListener(a,()=>this.#N());s.addEventListener("pointerleave",()=>this.#A(),{signal:n}),n.addEventListener("abort",()=>{clearTimeout(this.#u),o.defaultView?.cancelAnimationFrame(this.#m)})}update(){let{info:t,paused:e,duration:s}=this.#t,n=t.state!=="idle"&&!Number.isNaN(s),r=A.notice(t);this.#n.hidden=!n,this.#O("heading-title",t.title),this.#O("heading-detail",t.damage),this.#r.hidden=!n||t.title===""&&t.damage==="",this.#o.hidden=!n||t.begun||r.title!=="";let o=e?t.ended?"Play again":"Play":"Pause";this.#h.title!==o&&(this.#h.title=o,this.#h.setAttribute("aria-label",o),this.#h.dataset.playing=String(!e),this.#N());let a=A.rate(this.#t.playbackRate);this.#a.textContent!==a&&(this.#a.textContent=a),this.#a.setAttribute("aria-label",`Speed: ${a}`);for(let h of this.#L())h.setAttribute("aria-checked",String(Number(h.dataset.rate)===this.#t.playbackRate));this.#c.setAttribute("aria-pressed",String(this.#s.matches(":fullscreen"))),this.#O("time-all",A.time(s)),this.#O("notice-title",r.title),this.#O("notice-detail",r.detail),this.#l.hidden=r.title==="",this.#l.classList.toggle("busy",!r.retry),f(this.#e,"retry").hidden=!r.retry,this.#I(r.retry?`${r.title}. ${t.reason}`:t.damage),this.#g()}#g(){let{currentTime:t,duration:e,paused:s}=this.#t;this.timeline.update(t,e||0),this.#O("time-now",A.time(t));let n=this.#e.ownerDocument.defaultView;s||this.#m||!n||(this.#m=n.requestAnimationFrame(()=>{this.#m=0,this.#g()}))}#p(){this.#t.paused?this.#t.play():this.#t.pause()}#w({detail:t}){t>2||(this.#p(),t===2&&!this.#c.hidden&&X(this.#s,this.#c))}#b(t){let e=t.target;if(this.#E(t))return;let s=e.id==="timeline"?it.onSlider(t.key):t.key,{shiftKey:n,ctrlKey:r,altKey:o,metaKey:a}=t,h=it.action({key:s,shiftKey:n,ctrlKey:r,altKey:o,metaKey:a});if(!h||Number.isNaN(this.#t.duration)||t.key===" "&&e.localName==="button")return;t.preventDefault(),t.stopPropagation();let l=this.#t;switch(h.does){case"toggle":return t.repeat?void 0:this.#p();case"fullscreen":return void X(this.#s,this.#c);case"by":return void(l.currentTime+=h.seconds);case"to":return void(l.currentTime=h.part*l.duration);case"step":return l.step(h.by);case"faster":return this.#v(it.next(l.playbackRate,h.by));case"speed":return this.#v(h.rate)}}#E(t){if(this.#d.hidden)return!1;let e=this.#L(),s=e.indexOf(this.#e.activeElement),n={ArrowDown:s+1,ArrowUp:s-1,Home:0,End:-1}[t.key];if(n!==void 0&&s>=0)e.at(n%e.length)?.focus();else if(t.key==="Escape")this.#x(!1,!0);else return s>=0&&(t.key===" "||t.key==="Enter"||t.key==="Tab");return t.preventDefault(),t.stopPropagation(),!0}#y(t){let e=Number(t.target.dataset.rate);e>0&&(this.#v(e),this.#x(!1,!0))}#v(t){this.#t.playbackRate=t,this.#O("announcement",`Speed ${A.rate(t)}`)}#x(t,e=!1){this.#d.hidden=!t,this.#a.setAttribute("aria-expanded",String(t)),t?(this.#L().find(s=>s.getAttribute("aria-checked")==="true")??this.#L()[0])?.focus():e&&this.#a.focus()}#L(){return[...this.#d.querySelectorAll("button")]}#N(){this.#C(!1),clearTimeout(this.#u),this.#u=setTimeout(()=>this.#A(),Sh)}#A(){let{paused:t,info:e}=this.#t,s=this.timeline.dragged||!this.#d.hidden||this.#n.querySelector(":focus-visible, :hover")!==null;!t&&!s&&e.state==="connected"&&!e.waiting&&this.#C(!0)}#C(t){for(let e of[this.#n,this.#r,this.#i])e.classList.toggle("quiet",t)}#I(t){t===""||t===this.#f||(this.#f=t,this.#O("announcement",t))}#O(t,e){let s=f(this.#e,t);s.textContent!==e&&(s.textContent=e)}}});var y,V=w(()=>{"use strict";y=class extends Error{again;constructor(t,{again:e=!1,cause:s}={}){super(t,{cause:s}),this.name="Failure",this.again=e}}});function gs(i){for(let t of[...i.waiting])t()}var M,sn,Ah,nn,rn,Mh,nt,on=w(()=>{"use strict";V();M=64*1024,sn=512,Ah=4,nn=128,rn=16,Mh=20,nt=class{static BLOCK=M;static MOST_BYTES=sn*M;size;#t;#e=new Map;#s=new Set;#i=!1;constructor(t,e){this.size=t,this.#t=e}get kept(){return this.#e.size*M}begin(t,e,s){this.#o(0,Math.ceil(e/M),s,t)}async read(t,e,s){let n=new Uint8Array(e),r=Math.ceil((t+e)/M);for(let o=0;o<e;){let a=t+o,h=Math.floor(a/M),c=(await this.#n(h,r,s)).subarray(a%M,a%M+e-o);n.set(c,o),o+=c.length}return n}ahead(t,e,s){let n=Math.floor(t/M),r=Math.min(Math.ceil(Math.min(e,this.size)/M),n+nn);if(s)for(let a of this.#s)a.at<=n+rn&&a.at+rn>=n&&a.to>n||this.#h(a);let o=n;for(;o<r&&(this.#e.has(o)||this.#r(o));)o+=1;o<r&&(s||o-n<(r-n)/2)&&this.#o(o,r)}stop(){this.#i=!0;for(let t of this.#s)this.#h(t);this.#e.clear()}async#n(t,e,s){for(;;){if(s?.throwIfAborted(),this.#i)throw new y("The recording was closed.");let n=this.#e.get(t);if(n)return this.#e.delete(t),this.#e.set(t,n),n;let r=this.#r(t)??this.#o(t,Math.max(e,t+Ah));if(await new Promise(o=>{let a=()=>{r.waiting.delete(a),s?.removeEventListener("abort",a),o()};r.waiting.add(a),s?.addEventListener("abort",a)}),r.failure&&!this.#e.has(t))throw r.failure}}#r(t){for(let e of this.#s)if(e.at<=t&&t<e.to)return e;return null}#o(t,e,s=new AbortController,n){let r=Math.min(e,t+nn,Math.ceil(this.size/M)),o=t+1;for(;o<r&&!this.#e.has(o)&&!this.#r(o);)o+=1;let a={at:t,to:o,abort:s,waiting:new Set,failure:null,ended:!1};return this.#s.add(a),this.#a(a,n).catch(h=>{a.failure??=h instanceof y?h:new y("The connection to the recording was lost.",{again:!0,cause:h})}).finally(()=>{this.#s.delete(a),a.ended=!0,gs(a)}),a}#h(t){this.#s.delete(t),t.ended=!0,t.abort.abort(),gs(t)}async#a(t,e){let{request:s,cancel:n}=this.#t,r=t.at*M,o=Math.min(t.to*M,this.size),a=this.#d(t);try{let{body:h}=e??await s(r,o,t.abort.signal),l=h?.getReader(),c=new Uint8Array(Math.min(M,o-r)),d=0;for(;l&&!t.ended&&t.at<t.to;){let{done:u,value:p}=await l.read();if(u||t.ended)break;n(a),a=this.#d(t);for(let g=0;g<p.length&&t.at<t.to;){let m=p.subarray(g,g+c.length-d);if(c.set(m,d),d+=m.length,g+=m.length,d<c.length)break;this.#l(t.at,c),t.at+=1,c=new Uint8Array(Math.max(0,Math.min(M,o-t.at*M))),d=0}gs(t)}if(l?.cancel().catch(()=>{}),t.at<t.to&&!t.ended)throw new y("The connection to the recording ended early.",{again:!0})}finally{n(a)}}#d(t){return this.#t.after(()=>{t.failure=new y("The server of the recording does not answer.",{again:!0}),t.abort.abort()},Mh)}#l(t,e){if(!this.#i){this.#e.set(t,e);for(let s of this.#e.keys()){if(this.#e.size<=sn)break;this.#e.delete(s)}}}}});function an(){return new y(`The recording has more than ${Ae/2**20} MiB, and its server gives no parts of it: it needs one that knows Range requests.`)}var Ae,G,te,hn=w(()=>{"use strict";V();Ae=512*1024*1024,G=1024*1024,te=class i{static MOST=Ae;size=0;#t=[];static async read(t,e){let{headers:s,body:n}=t,r=s.has("content-encoding")?null:Number(s.get("content-length")??NaN),o=r!==null&&Number.isSafeInteger(r)?r:null,a=new i;if(!n)return a;let h=n.getReader();try{if(o!==null&&o>Ae)throw an();for(;;){let{done:l,value:c}=await h.read();if(l)break;if(a.size+c.length>Ae)throw an();a.#e(c),e(a.size,o)}}finally{h.cancel().catch(()=>{})}if(o!==null&&a.size<o)throw new y("The connection ended before the recording was read.",{again:!0});return a}async read(t,e){let s=new Uint8Array(e);for(let n=0;n<e;){let r=t+n,a=this.#t[Math.floor(r/G)].subarray(r%G,Math.min(G,r%G+e-n));s.set(a,n),n+=a.length}return s}ahead(){}stop(){this.#t=[]}#e(t){for(let e=0;e<t.length;){let s=this.size%G;s===0&&this.#t.push(new Uint8Array(G));let n=t.subarray(e,e+G-s);this.#t.at(-1).set(n,s),e+=n.length,this.size+=n.length}}}});async function ws(i,{fetch:t,origin:e,signal:s,progress:n,after:r,cancel:o}){let a=new URL(i).origin!==e,h=async u=>{try{return await t(i,u)}catch(p){u.signal?.throwIfAborted();let g=a?", or does not let pages of this origin read it (CORS)":"";throw new y(`The server of the recording cannot be reached${g}.`,{again:!0,cause:p})}},l=(u,p,g)=>h({headers:{range:`bytes=${u}-${p-1}`},signal:g}),c=new AbortController,d=()=>c.abort();s.addEventListener("abort",d);try{s.throwIfAborted();let u=await l(0,ln,c.signal);if(u.status===200)return await te.read(u,n);if(u.status===416)throw new y("This is no recording of framecast: the file is empty.");if(u.status!==206)throw un(u);let p=cn(u);if(p&&p.from!==0)throw new y("The server of the recording answers with another part of it.");let g=p?.size??await Lh(h,c.signal),m=dn(u),k=async(L,C,v)=>{let B=await l(L,C,v),Ls=()=>(B.body?.cancel().catch(()=>{}),new y("The recording changed while it was played. Load it again."));if(B.status===416||B.status===200)throw Ls();if(B.status!==206)throw un(B);let at=cn(B);if(at&&(at.from!==L||at.to>C||at.size!==null&&at.size!==g)||dn(B)!==m)throw Ls();return B},E=new nt(g,{request:k,after:r,cancel:o});return E.begin(u,Math.min(ln,g),c),E}catch(u){throw c.abort(),s.throwIfAborted(),u instanceof y?u:new y("The connection to the recording was lost.",{again:!0,cause:u})}finally{s.removeEventListener("abort",d)}}async function Lh(i,t){let{ok:e,headers:s}=await i({method:"HEAD",signal:t}),n=s.get("content-length");if(!e||n===null||!/^\d{1,15}$/.test(n))throw new y("The server of the recording does not say how long it is.");return Number(n)}function cn({headers:i}){let t=/^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(i.get("content-range")??"");if(!t)return null;let[,e,s,n]=t;return{from:Number(e),to:Number(s)+1,size:n==="*"?null:Number(n)}}function dn({headers:i}){return`${i.get("etag")} ${i.get("last-modified")}`}function un({status:i,body:t}){return t?.cancel().catch(()=>{}),i===404||i===410?new y("There is no recording at this address."):i===401||i===403?new y("The server does not give this recording to you."):new y(`The server of the recording answers with an error (${i}).`,{again:i>=500||i===429})}var ln,fn=w(()=>{"use strict";V();on();hn();ln=4*nt.BLOCK});function bs(i){let t=new DataView(i.buffer,i.byteOffset,i.byteLength);return t.byteLength>=24&&t.getUint32(0)===2303741511?{width:t.getUint32(16),height:t.getUint32(20)}:t.byteLength>=2&&t.getUint16(0)===65496?Oh(t):null}function Oh(i){let t=2;for(;t+9<=i.byteLength&&i.getUint8(t)===255;){let e=i.getUint8(t+1);if(e>=192&&e<=207&&![196,200,204].includes(e))return{height:i.getUint16(t+5),width:i.getUint16(t+7)};e===255?t+=1:e===1||e>=208&&e<=215?t+=2:t+=2+Math.max(2,i.getUint16(t+2))}return null}var pn=w(()=>{"use strict"});function ee({bytes:i,tiles:t,tileWidth:e,tileHeight:s}){let n=s*t.length;if(e*n>Ch)return!1;let r=bs(i);return r?.width===e&&r.height===n}var Ch,ys=w(()=>{"use strict";pn();Ch=2**24});function xs(i,t){let e=[],s=[],n=0,r=new Set,o=i.at(-1);for(let a=i.length-1;a>=0;a-=1){let h=i[a],[l=h]=s;if(o&&(h.width!==o.width||h.height!==o.height))break;let c=h.tileWidth!==l.tileWidth||h.tileHeight!==l.tileHeight;if(!(c||h.tiles.some(p=>!r.has(p))))continue;let u=h.tileWidth*h.tileHeight*h.tiles.length;s.length>0&&(c||n+u>t)&&(e.unshift(s),[s,n]=[[],0]),c&&(r=new Set),s.unshift(h),n+=u;for(let p of h.tiles)r.add(p)}return s.length>0&&e.unshift(s),e}var mn=w(()=>{"use strict"});function yn(i,t){if(typeof t!="object"||t===null)return;let{type:e,value:s}=t,n=typeof s=="string"?s.slice(0,Ph):null;(e==="title"||e==="cursor"||e==="presenter")&&i.set(e,n)}function xn(i){for(let t of i.pieces)t.bitmap?.close(),t.bitmap=null;i.parts=[]}var ks,Nh,Ih,_h,gn,Dh,vs,wn,Es,$h,Rh,zh,bn,Ph,se,kn=w(()=>{"use strict";ys();V();mn();Mt();ks=Object.freeze({least:.25,most:16}),Nh=1/60,Ih=2,_h=12,gn=512*1024,Dh=8*1024*1024,vs=32*1024*1024,wn=1024,Es=2**25,$h=10,Rh=.25,zh=.5,bn=[.5,1,2,4,8,15],Ph=O.MAX_TEXT,se=class{static RATES=ks;static MOST_BYTES=vs;static MOST_PIXELS=Es;shown=null;title;cursor="";presenter=null;broken=0;failure=null;retryAt=null;#t;#e;#s=!0;#i=!1;#n=1;#r=0;#o=0;#h=!1;#a=null;#d=1/0;#l=[];#c=-1;#u=!1;#m=0;#f=!0;#g=!0;#p={first:-1,last:-1};#w=null;#b=!1;#E=0;#y=0;#v=!1;#x=!1;#L=!1;#N=0;#A=new AbortController;#C=null;#I=null;#O=null;#S=!1;#k=0;constructor(t,e){this.#t=t,this.#e=e,this.title=t.head.title}get recording(){return this.#t}get duration(){return this.#t.duration}get time(){return this.#a!==null?this.#a:Math.min(this.#_,this.#M)}get paused(){return this.#s}get ended(){return this.#i}get seeking(){return this.#a!==null}get waiting(){return this.#L}get rate(){return this.#n}set rate(t){let e=Math.min(Math.max(t,ks.least),ks.most);!(e>0)||e===this.#n||(this.#D(),this.#n=e,this.#e.changed("ratechange"),this.#P())}play(){!this.#s||this.#S||(this.#s=!1,(this.#i||this.#a===null&&this.time>=this.duration)&&this.seek(0),this.#e.changed("play"),this.#P())}pause(){this.#s||(this.#D(),this.#h=!1,this.#s=!0,this.#e.changed("pause"),this.#P())}seek(t){if(this.#S||Number.isNaN(t))return;this.#k+=1;let e=Math.min(Math.max(Math.round(t),0),this.duration),s=this.#t.placeBefore(e),n=(l,c)=>l<=e&&e<c,{first:r,last:o}=this.#p,a=n(r,o)||this.#l.some(l=>n(l.first,l.time)),h=e>=this.#d&&s.offset<=this.#m&&!a;h||this.#$(s.offset),this.#D(),[this.#h,this.#a,this.#r,this.#i]=[!1,e,e,!1],this.#e.ahead(this.#m,Math.max(this.#t.endOf(e),this.#m+gn),!h),this.#e.changed("seeking"),this.#T()}async step(t){this.pause();let e=this.#k+=1;try{let s=await this.#t.change(this.time,t,this.#A.signal);e===this.#k&&s!==null&&this.seek(s)}catch(s){e===this.#k&&this.#q(s)}}redraw(){this.#d=1/0,this.seek(this.time)}retry(){this.#N=0,this.failure&&this.#T()}stop(){this.#S=!0,this.#h=!1,this.#R();for(let t of[this.#C,this.#I,this.#O])this.#e.cancel(t)}get#_(){return this.#h?this.#r+(this.#e.now()-this.#o)*this.#n*1e6:this.#r}get#M(){let t=this.#l.find(e=>e.state!=="ready");return t?t.time:this.#u?this.duration:Math.min(Math.max(this.#c,this.#r),this.duration)}#D(){this.#a===null&&(this.#r=this.time),this.#o=this.#e.now()}#$(t){this.#R(),this.#A=new AbortController,[this.#m,this.#f,this.#w]=[t,!0,null],[this.#d,this.#c,this.#u]=[1/0,-1,!1],this.#g=!0}#R(){this.#A.abort();for(let t of this.#l)xn(t);this.#l=[],this.#E=this.#y=0,this.#b=!1}#T(){this.#e.cancel(this.#O),this.retryAt=null,this.failure&&(this.failure=null,this.#e.changed("failed")),this.#P()}#P(){if(this.#S)return;let t=this.time;for(let e=this.#l[0];e&&e.time<=t&&e.state==="ready";e=this.#l[0])if(this.#l.shift(),this.#X(e),this.#S)return;this.#a!==null&&!(this.#l[0]&&this.#l[0].time<=this.#a)&&(this.#u||this.#c>this.#a)&&(this.#r=this.#a,this.#a=null,this.#e.changed("seeked"),this.#S||this.#a!==null)||(this.#V(),this.#z(),this.#H(),this.#F())}#V(){let t=!this.#s&&this.#a===null,e=t&&!this.#h;e&&(this.#o=this.#e.now()),this.#h=t;let s=this.#u&&this.#l.length===0&&this.#a===null&&this.time>=this.duration;if(t&&s){if(this.#e.loops()&&this.duration>0){this.seek(0);return}this.#D(),this.#h=!1,this.#s=this.#i=!0,this.#e.changed("pause"),this.#e.changed("ended")}e&&!this.#i&&this.#e.changed("playing"),this.#K(!this.#i&&(this.#a!==null||this.#h&&this.#_>=this.#M))}#K(t){t!==this.#x&&(this.#x=t,this.#e.cancel(this.#I),t?this.#I=this.#e.after(()=>{this.#L=!0,this.#e.changed("waiting")},Rh):this.#L&&(this.#L=!1,this.#e.changed("playing")))}#F(){if(this.#e.cancel(this.#C),!this.#h||this.#x)return;let[t]=this.#l,e=t?.state==="ready"?t.time:this.#M,s=Math.max(1,(e-this.#_)/this.#n)/1e6;this.#C=this.#e.after(()=>this.#P(),Math.min(s,zh))}#X(t){this.#E-=t.size,this.#y-=t.pixels;let{newest:e,parts:s,pieces:n,texts:r,enters:o}=t;o&&([this.title,this.cursor,this.presenter]=[this.#t.head.title,"",null],this.#v=!1),this.#d=t.time;let{broken:a}=t,h=s.at(-1);try{h&&this.#e.draw({frame:h,pieces:n})}catch{a+=s.length}if(xn(t),this.broken+=a,this.#v||=a>0,e){let{width:l,height:c,ratio:d}=e;this.shown={width:l,height:c,ratio:d,exact:e.exact&&!this.#v},this.#e.changed("shown")}this.title=r.get("title")??(r.has("title")?"":this.title),this.cursor=r.get("cursor")??this.cursor,r.has("presenter")&&(this.presenter=r.get("presenter")??null),(r.size>0||o)&&this.#e.changed("texts")}get#j(){return this.#S||this.#u||this.failure?!1:this.#a!==null&&this.#c<=this.#a?!0:this.#E<vs/2&&this.#c<this.time+Ih*1e6*this.#n}async#z(){if(this.#b||!this.#j)return;this.#b=!0;let{signal:t}=this.#A;try{for(;this.#j;){let e=await this.#B(t);if(t.aborted)return;this.#N=0,this.#l.push(...e);for(let s of e)this.#E+=s.size;if(this.#H(),this.#P(),t.aborted)return}this.#b=!1}catch(e){if(t.aborted)return;this.#b=!1,this.#q(e)}}async#B(t){let e=this.#t,{duration:s,size:n}=e,r=n/Math.max(s,1)*1e6*this.#n,o=Math.min(Math.max(r*_h,gn),Dh),a=[],h=new Map,[l,c]=[0,0],d={first:-1,last:-1};for(this.#p=d;;){if(!this.#w){this.#e.ahead(this.#m,this.#m+o,!1);let v=await e.item(this.#m,this.#f,t);t.throwIfAborted(),this.#w=v}let m=this.#w;if(!m){this.#D();let v=e.placeBeyond(this.#m);if(d.first<0&&v)return[this.#m,this.#f,this.#g]=[v.offset,!0,!0],this.#c=Math.max(this.#c,v.time),this.#e.changed("damaged"),[];if(d.first<0)return this.#u=!0,e.damage&&this.#e.changed("damaged"),[];break}let k=Math.max(m.time,d.last,this.#c),{first:E}=d,L=this.#a,C=L!==null&&E<=L?L:E+Nh*1e6*this.#n;if(E>=0&&k>C){this.#D(),this.#c=k;break}if(this.#w=null,this.#m=m.next,m.kind==="time"){if(E<0)return this.#D(),this.#c=k,[];continue}if(E<0&&(d.first=k),d.last=k,m.kind==="state")for(let v of m.texts)yn(h,v);else if(m.kind==="text")yn(h,m.text);else{let v=O.parsePart(m.bytes);v&&ee(v)?(a.push(v),l+=m.bytes.byteLength+wn):c+=1}if((m.kind==="part"||m.kind==="text")&&(this.#f=!1),l>vs/2){this.#D(),this.#c=Math.max(this.#c,k);break}}let u=a.at(-1)??null,p=xs(a,Es);p.length===0&&p.push([]);let g=p.map((m,k)=>{let E=k===p.length-1;return{first:d.first,time:d.last,enters:k===0&&this.#g,texts:E?h:new Map,newest:E?u:null,parts:m,pieces:[],size:m.reduce((L,C)=>L+C.bytes.byteLength+wn,0),pixels:m.reduce((L,C)=>L+C.tileWidth*C.tileHeight*C.tiles.length,0),broken:k===0?c:0,state:m.length>0?"waits":"ready"}});return this.#g=!1,this.#p={first:-1,last:-1},g}#H(){for(let t of this.#l){if(t.state!=="waits")continue;if(t!==this.#l[0]&&this.#y+t.pixels>Es)return;this.#y+=t.pixels,t.state="decodes";let{signal:e}=this.#A;Promise.all(t.parts.map(s=>this.#W(s,t,e))).then(s=>{if(e.aborted){for(let{bitmap:n}of s)n?.close();return}this.#D(),t.pieces=s,t.state="ready",this.#P()})}}async#W(t,e,s){let{tiles:n,tileWidth:r,tileHeight:o}=t,a=o*n.length,h=await this.#U(t,s);return h&&(h.width!==r||h.height!==a)&&(h.close(),h=null),h||(e.broken+=1),{tiles:n,bitmap:h}}async#U(t,e){let{decode:s,after:n,cancel:r}=this.#e;return await new Promise(o=>{let a=d=>{r(c),e.removeEventListener("abort",l),o(d)},h=!1,l=()=>{h=!0,a(null)},c=n(l,$h);e.addEventListener("abort",l),s(t).then(d=>h?d.close():a(d),()=>a(null))})}#q(t){if(!this.#S){if(this.#D(),this.failure=t instanceof y?t:new y("The recording cannot be read.",{cause:t}),this.failure.again){let e=bn[Math.min(this.#N,bn.length-1)]??0;this.#N+=1,this.retryAt=this.#e.now()+e,this.#O=this.#e.after(()=>this.#T(),e)}this.#e.changed("failed"),this.#P()}}}});function jh(i){if(i.length!==Ts)return null;let t=new DataView(i.buffer,i.byteOffset,Ts),e=String.fromCharCode(...i.subarray(0,4)),s=t.getUint32(4,!0),n=Number(t.getBigUint64(8,!0));return!/^[A-Z]{4}$/.test(e)||s>(Bh.get(e)??ie)||n>Uh?null:{kind:e,length:s,time:n,plain:i.subarray(0,vn),sum:t.getUint32(vn,!0)}}function Hh({plain:i,sum:t},e){return st.bytes(st.bytes(0,i),e)===t}var Ts,vn,Me,ie,Uh,Bh,_,En=w(()=>{"use strict";rs();Ts=20,vn=16,Me=256*1024,ie=16*1024*1024,Uh=366*24*3600*1e6,Bh=new Map([["HEAD",Me],["PART",ie],["TEXT",Me],["INPT",Me],["BASE",Me],["BPRT",ie],["TIME",0],["INDX",ie],["DONE",16]]);_=Object.freeze({HEAD:Ts,MOST:ie,parse:jh,intact:Hh})});function qh(i){return i.flatMap((t,e)=>e%2===0?[]:[{...t,bytes:t.bytes+(i[e-1]?.bytes??0)}])}function ne(i,t){let e=Number(i.getBigUint64(t,!0));return Number.isSafeInteger(e)?e:NaN}function Ss(i){try{let t=JSON.parse(new TextDecoder("utf-8",{fatal:!0}).decode(i));return typeof t=="object"&&!Array.isArray(t)?t:null}catch{return null}}var Kh,Tn,rt,Sn,Fh,An,Xh,Wh,re,Mn=w(()=>{"use strict";En();V();Kh=[137,102,99,97,115,116,13,10],Tn=1,rt=12,Sn=24,Fh=36,An=32*1024,Xh=128*1024,Wh=1024,re=class i{head={title:"",created:"",program:"",lossless:!1,input:!1};duration=0;places=[];rest=0;damage=null;#t;#e=rt;constructor(t){this.#t=t}static async open(t,{signal:e,progress:s=()=>{}}={}){let n=new i(t);return await n.#i(e),await n.#n(e)||await n.#r(s,e),n}get size(){return this.#t.size}placeBefore(t){return this.places[this.#s(t)-1]??{time:0,offset:this.#e,bytes:0}}endOf(t){return this.places[this.#s(t)]?.offset??this.size}placeBeyond(t){return this.places.find(e=>e.offset>t)??null}async item(t,e,s){for(let n=t;;){let r=await this.#o(n,s);if(!r)return null;let o=n+_.HEAD+r.length,{kind:a,time:h}=r;if((a==="BASE"||a==="BPRT")&&!e){n=o;continue}let l=await this.#h(n,r,s);if(!l)return null;switch(a){case"PART":return{kind:"part",time:h,next:o,bytes:l.buffer};case"BPRT":return{kind:"whole",time:h,next:o,bytes:l.buffer};case"TIME":return{kind:"time",time:h,next:o};case"TEXT":{let c=Ss(l);if(c)return{kind:"text",time:h,next:o,text:c};break}case"BASE":{let{texts:c}=Ss(l)??{};if(Array.isArray(c))return{kind:"state",time:h,next:o,texts:c};break}}n=o}}async picture({offset:t},e){let s=[],[n,r]=[-1,0];for(let o=t;r<2*_.MOST;){let a=await this.item(o,!0,e);if(!a)break;if(o=a.next,a.kind==="whole"||a.kind==="part"&&t===this.#e&&(n<0||a.time===n))s.push(a.bytes),r+=a.bytes.byteLength,n=a.time;else if(a.kind==="part"||s.length>0)break}return s}async change(t,e,s){for(let n=e>0?t:t-1;n>=0;){let r=this.placeBefore(n),o=null;for(let a=r.offset;;){let h=await this.#o(a,s);if(!h||e<0&&h.time>=t)break;if(h.kind==="PART"&&h.time>t)return h.time;h.kind==="PART"&&(o=h.time),a+=_.HEAD+h.length}if(e>0)return null;if(o!==null)return o;n=Math.min(r.time,n)-1}return null}#s(t){let[e,s]=[0,this.places.length];for(;e<s;){let n=e+s>>1;this.places[n].time<=t?e=n+1:s=n}return e}async#i(t){let e=await this.#t.read(0,Math.min(rt,this.size),t);if(e.length<rt||Kh.some((p,g)=>e[g]!==p))throw new y("This is no recording of framecast.");let s=new DataView(e.buffer).getUint32(8,!0);if(s===0||s>Tn)throw new y(`This recording has version ${s} of the format; this page plays version ${Tn}: it needs a newer viewer.`);let n=await this.#o(rt,t),r=n?.kind==="HEAD"?await this.#h(rt,n,t):null,o=r&&Ss(r);if(!n||!o)throw new y("The recording is damaged at its very beginning.");let a=p=>typeof p=="string"?p.slice(0,Wh):"",{title:h,created:l,program:c,lossless:d,input:u}=o;this.head={title:a(h),created:a(l),program:a(c),lossless:d===!0,input:u===!0},this.#e=rt+_.HEAD+n.length}async#n(t){let e=this.size-Fh;if(e<this.#e)return!1;this.#t.ahead(Math.max(this.#e,this.size-Xh),this.size,!1);let[s,n]=await this.#a(e,t);if(s?.kind!=="DONE"||n?.length!==16)return!1;let r=new DataView(n.buffer,n.byteOffset),o=ne(r,0);if(!(o>=this.#e&&o<e))return!1;let[a,h]=await this.#a(o,t);if(a?.kind!=="INDX"||!h)return!1;let l=new DataView(h.buffer,h.byteOffset,h.byteLength),c=[];for(let d=0;d+Sn<=l.byteLength&&c.length<An;d+=Sn){let u={time:ne(l,d),offset:ne(l,d+8),bytes:ne(l,d+16)||0},p=c.at(-1)??{time:0,offset:this.#e-1};if(!(u.time>=p.time&&u.time<=s.time&&u.offset>p.offset&&u.offset<e))return!1;c.push(u)}return[this.places,this.duration,this.rest]=[c,s.time,ne(r,8)||0],!0}async#r(t,e){let[s,n,r]=[this.#e,0,0];for(;;){let o=await this.#o(s,e);if(!o)break;o.kind==="PART"&&(n+=o.length);let a=this.places.at(-1)?.time??0;o.kind==="BASE"&&o.time>=a&&o.time-a>=r&&(this.places.push({time:o.time,offset:s,bytes:n}),n=0,this.places.length>=An&&(this.places=qh(this.places),r=Math.max(2*r,1e6))),this.duration=Math.max(this.duration,o.time),s+=_.HEAD+o.length,t(s)}this.rest=n,this.#d(s,!0)}async#o(t,e){let s=this.size-t;if(s<=0)return null;if(s<_.HEAD)return this.#d(t,!0);let n=_.parse(await this.#t.read(t,_.HEAD,e));return n?s<_.HEAD+n.length?this.#d(t,!0):n:this.#d(t,!1)}async#h(t,e,s){let n=await this.#t.read(t+_.HEAD,e.length,s);return _.intact(e,n)?n:this.#d(t,!1)}async#a(t,e){let s=this.damage,n=await this.#o(t,e),r=n&&await this.#h(t,n,e);return this.damage=s,[n,r]}#d(t,e){return(!this.damage||t<this.damage.offset)&&(this.damage={offset:t,cut:e}),null}}});function As({places:i,rest:t,duration:e},s){if(i.length===0||e<=0)return[];let n=new Array(s).fill(0),r=[...i,{time:e,bytes:t}],o=0;for(let{time:h,bytes:l}of r){let[c,d]=[o/e*s,h/e*s];for(let u=Math.floor(c);u<Math.min(s,d);u+=1){let p=Math.min(d,u+1)-Math.max(c,u);n[u]+=l*p/(d-c)}o=h}let a=Math.max(...n);return a>0?n.map(h=>Math.sqrt(h/a)):[]}var Ln=w(()=>{"use strict"});var On,Cn=w(()=>{"use strict";On=`
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
`});var Vh,Gh,Yh,Jh,oe,Nn=w(()=>{"use strict";ys();ye();Mt();Vh=168,Gh=112,Yh=2**26,Jh=64,oe=class{#t;#e;#s=new Map;#i=new AbortController;constructor(t,e){this.#t=t,this.#e=e}async at(t){this.stop();let e=this.#t.placeBefore(t),s=this.#s.get(e.offset);if(s)return s;this.#i=new AbortController;let{signal:n}=this.#i;try{let r=await this.#t.picture(e,n),o=await this.#n(r,n);if(!o||n.aborted)return null;this.#s.set(e.offset,o);for(let a of this.#s.keys()){if(this.#s.size<=Jh)break;this.#s.delete(a)}return o}catch{return null}}known(t){return this.#s.get(this.#t.placeBefore(t).offset)??null}stop(){this.#i.abort()}async#n(t,e){let s=new P;for(let c of t){let d=O.parsePart(c);if(!d||!ee(d)||d.width*d.height>Yh)continue;let u=await s.decode(d).catch(()=>null);if(u&&(e.aborted||s.draw({frame:d,pieces:[{tiles:d.tiles,bitmap:u}]}),s.canvas.hidden=!1,u.close(),e.aborted))return null}let{width:n,height:r}=s.canvas,o=this.#e.createElement("canvas"),a=o.getContext("2d",{alpha:!1});if(s.canvas.hidden||!a)return null;let h=this.#e.defaultView?.devicePixelRatio??1,l=Math.min(Vh*h/n,Gh*h/r,1);return Object.assign(o,{width:Math.max(1,Math.round(n*l)),height:Math.max(1,Math.round(r*l))}),a.imageSmoothingQuality="high",a.drawImage(s.canvas,0,0,o.width,o.height),Object.assign(s.canvas,{width:0,height:0}),o}}});var Dn={};Os(Dn,{default:()=>Oe});function tl(i){let t=_n.get(i);if(t)return t;let{CSSStyleSheet:e}=i.defaultView??globalThis,s=new e;return s.replaceSync(On),_n.set(i,s),s}var Zh,Qh,In,Le,ot,_n,Oe,$n=w(()=>{"use strict";Zi();en();Qe();V();fn();ye();kn();Mn();as();Ln();Cn();Nn();Jt();Zh=240,Qh=250,In=[1,2,4,8,15],Le=1e-6,ot={now:()=>performance.now()/1e3,after:(i,t)=>setTimeout(i,t*1e3),cancel:i=>clearTimeout(i)},_n=new WeakMap,Oe=class extends EventTarget{thumbnails=null;#t;#e;#s=new P;#i=this.#s.canvas;#n=this.#s.readable();#r;#o;#h=new AbortController;#a=new AbortController;#d=null;#l=null;#c="";#u="idle";#m="";#f=null;#g=null;#p=0;#w=null;#b=!1;#E="";#y;constructor(t,e,s){super();let n=t.ownerDocument;this.#t=e,this.#y={...s},this.#e=n.defaultView??window,t.adoptedStyleSheets.push(tl(n)),t.replaceChildren(...ms(n));let r=t.getElementById("view");r.append(this.#i);let{signal:o}=this.#h;this.#r=new W(r,this.#i,{shown:()=>this.#v,resized(){},looked(){}},o),this.#o=new Qt(this,t,e,o);let a=setInterval(()=>this.#O(),Qh);o.addEventListener("abort",()=>clearInterval(a));for(let h of["role","link","sequence","update"])delete e.dataset[h];this.#i.addEventListener("contextrestored",()=>this.#l?.redraw(),{signal:o}),this.#k()}set fit(t){this.#r.fit=t}set control(t){}set accessibility(t){}requestControl(){}releaseControl(){}use([t=""]){if(t===this.#c)return;let e=this.#c!=="";this.close(),this.#c=t,e&&(this.#y={...this.#y,currentTime:0,paused:!0},this.#b=!1,this.#i.hidden=!0,this.#_())}start(){this.#u!=="idle"||this.#c===""||this.#L()}close(){this.#x(),this.#S("idle","")}refuse(t){this.#x(),this.#c="",this.#S("refused",t)}retry(){this.#p=0,this.#l?.failure?.again?this.#l.retry():this.#c!==""&&(this.#u==="lost"||this.#u==="refused")&&this.#L()}stop(){this.#x(),this.#h.abort(),this.#i.remove();for(let t of["exact","playback"])delete this.#t.dataset[t]}focus(t){this.#i.parentElement?.focus(t)}async snapshot(){if(!this.#v)throw new Error("there is no picture yet");return await this.#s.png()}get size(){let t=this.#v;return t&&{width:t.width,height:t.height,ratio:t.ratio}}get info(){let t=this.#l,e=t?A.damage(t.recording.damage,this.duration,t.recording.size):"";return{state:this.#u,reason:this.#m||e,retryIn:this.#f===null?null:Math.max(0,this.#f-ot.now()),damage:e,progress:this.#w,waiting:t?.waiting??!1,ended:t?.ended??!1,begun:this.#b,title:t?.title??"",exact:this.#n&&this.#v?.exact===!0,readable:this.#n,fps:0,roundTrip:null,presenter:!1,role:"watch",held:t?.presenter!==null&&t!==null,by:t?.presenter??"",canAsk:!1,asks:!1}}get currentTime(){return this.#l?this.#l.time*Le:this.#y.currentTime}set currentTime(t){if(!Number.isFinite(t))throw new TypeError("currentTime is a number of seconds");this.#y.currentTime=t,this.#l&&(this.#b=!0,this.#l.seek(t/Le))}get duration(){return this.#l?this.#l.duration*Le:NaN}get paused(){return this.#l?.paused??this.#y.paused}set paused(t){this.#y.paused=t,t?this.#l?.pause():this.#l?.play()}get ended(){return this.#l?.ended??!1}get seeking(){return this.#l?.seeking??!1}get playbackRate(){return this.#l?.rate??this.#y.playbackRate}set playbackRate(t){this.#y.playbackRate=t,this.#l&&(this.#l.rate=t)}play(){this.paused=!1}pause(){this.paused=!0}step(t){this.#b=!0,this.#l?.step(t)}get#v(){return this.#l?.shown??null}#x(){ot.cancel(this.#g),this.#a.abort(),this.#l&&(this.#y={...this.#y,currentTime:this.currentTime,paused:this.paused,playbackRate:this.playbackRate}),this.thumbnails?.stop(),this.#l?.stop(),this.#d?.stop(),[this.#l,this.#d,this.thumbnails,this.#w,this.#f]=[null,null,null,null,null]}async#L(){this.#x(),this.#a=new AbortController;let{signal:t}=this.#a;this.#S("connecting","");try{let e=(a,h)=>{this.#w={read:a,size:h},this.#o.update()},{origin:s}=this.#e.location,n=this.#e.fetch.bind(this.#e),r=await ws(this.#c,{...ot,fetch:n,origin:s,signal:t,progress:e});if(t.aborted)return r.stop();this.#d=r;let o=await re.open(r,{signal:t,progress:a=>e(a,r.size)});t.throwIfAborted(),this.#N(r,o)}catch(e){if(t.aborted)return;this.#A(e)}}#N(t,e){let s=this.#y;this.#p=0,this.#w=null,this.thumbnails=new oe(e,this.#t.ownerDocument);let n=new se(e,{...ot,ahead:(o,a,h)=>t.ahead(o,a,h),decode:o=>this.#s.decode(o),draw:o=>this.#s.draw(o),loops:()=>this.#t.hasAttribute("loop"),changed:o=>this.#C(o)});n.rate=s.playbackRate,this.#l=n,this.#o.timeline.strip(As(e,Zh)),this.#S("connected",""),this.#M("durationchange"),this.#M("loadedmetadata");let r=!s.paused||this.#t.hasAttribute("autoplay");this.#b||=r||s.currentTime>0,n.seek(s.currentTime/Le),r&&n.play()}#A(t){let e=t instanceof y?t:new y("The recording cannot be read.",{cause:t});if(this.#x(),e.again){let s=In[Math.min(this.#p,In.length-1)]??0;this.#p+=1,this.#f=ot.now()+s,this.#g=ot.after(()=>this.#L(),s)}this.#S(e.again?"lost":"refused",e.message),this.#M("error")}#C(t){let e=this.#l;if(e){if(t==="play"&&(this.#b=!0),(t==="shown"||t==="texts")&&this.#I(e),t==="failed"){let{failure:s}=e;this.#f=e.retryAt,this.#S(s?s.again?"lost":"refused":"connected",s?.message??""),s&&this.#M("error")}else t!=="shown"&&t!=="texts"&&t!=="damaged"&&!(t==="playing"&&e.paused)&&this.#M(t);(t==="seeked"||t==="pause"||t==="ended")&&this.#M("timeupdate"),t!=="shown"&&this.#k()}}#I({shown:t,title:e,cursor:s}){if(t){let n=this.#i.hidden;this.#r.painted(t),n&&this.#r.arrange(),this.#t.dataset.exact=String(this.#n&&t.exact),n&&this.#M("loadeddata"),this.#_()&&this.#k()}this.#i.style.cursor=me.known(s),this.#i.setAttribute("aria-label",e||"Recording")}#O(){let t=this.#l;t&&!t.paused&&!t.seeking&&this.#M("timeupdate"),this.#f!==null&&this.#o.update()}#S(t,e){[this.#u,this.#m]=[t,e],this.#k()}#k(){let{dataset:t}=this.#t,e=this.#l;t.state=this.#u,t.playback=e?e.seeking?"seeking":e.waiting?"waiting":e.ended?"ended":e.paused?"paused":"playing":"none",this.#o.update(),this.dispatchEvent(new Event("change"))}#_(){let t=JSON.stringify(this.size);return t===this.#E?!1:(this.#E=t,this.dispatchEvent(new Event("resize")),!0)}#M(t){this.#t.dispatchEvent(new Event(t))}}});ae();Ne();var F={close:["M4.25 4.25l7.5 7.5M11.75 4.25l-7.5 7.5"],details:["M2.5 4h5M5 8h6M9 12h4.5"],viewers:["M8.5 5.5a2.5 2.5 0 1 1-5 0a2.5 2.5 0 1 1 5 0","M1.5 13a4.5 4.5 0 0 1 9 0M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12.2 9.2a4.5 4.5 0 0 1 2.3 3.8"],save:["M8 2.5v7.25M4.75 6.75 8 10l3.25-3.25M2.5 11v1A1.5 1.5 0 0 0 4 13.5h8a1.5 1.5 0 0 0 1.5-1.5v-1"],fullscreen:["M2.5 6V4A1.5 1.5 0 0 1 4 2.5h2M10 2.5h2A1.5 1.5 0 0 1 13.5 4v2M13.5 10v2a1.5 1.5 0 0 1-1.5 1.5h-2M6 13.5H4A1.5 1.5 0 0 1 2.5 12v-2"],keyboard:["M3.25 3.5h9.5a1.75 1.75 0 0 1 1.75 1.75v5.5a1.75 1.75 0 0 1-1.75 1.75h-9.5a1.75 1.75 0 0 1-1.75-1.75v-5.5a1.75 1.75 0 0 1 1.75-1.75z","M4 6.25h.01M6.67 6.25h.01M9.33 6.25h.01M12 6.25h.01M4 8.25h.01M6.67 8.25h.01M9.33 8.25h.01M12 8.25h.01M5.5 10.5h5"]};function Ie(i){let{make:t,tool:e}=ht(i),s=(l,c,d={})=>t("button",{id:l,type:"button",class:"word",...d},c),n=(l,c,d,...u)=>t("section",{id:l,part:`panel ${l}`,"aria-labelledby":`${l}-title`,hidden:""},t("header",{},t("h2",{id:`${l}-title`},c),e(`${l}-hide`,F.close,d)),...u),r={hidden:""},o={role:"status","aria-live":"polite"},a=(l,c,d)=>t("fieldset",{},t("legend",{},c),...d.map(([u,p],g)=>t("label",{},t("input",{type:"radio",name:l,value:u,...g===0&&{checked:""}}),p))),h=t("div",{id:"links",...r},t("h3",{id:"links-title"},"Links"),t("ul",{id:"links-list","aria-labelledby":"links-title"}),t("form",{id:"link-form","aria-label":"New link"},t("label",{},"Name",t("input",{id:"link-name",required:"",maxlength:"32",pattern:"[A-Za-z0-9_\\-]+",title:"Letters, digits, - and _",autocomplete:"off",autocapitalize:"off",spellcheck:"false"})),a("link-role","Role",[["watch","to watch"],["drive","to drive"]]),a("link-lifetime","Valid for",[["86400","a day"],["3600","an hour"],["604800","a week"],["","as long as mine"]]),t("button",{id:"link-add",type:"submit",class:"word"},"Make a link")),t("p",{id:"links-told",...r}),t("div",{id:"link-made",...r},t("label",{id:"link-made-label",for:"link-address"}),t("div",{class:"row"},t("input",{id:"link-address",readonly:"",spellcheck:"false"}),s("link-copy","Copy",{class:"word strong"})),t("p",{id:"link-local",...r},"It works on this machine only, as you came by 127.0.0.1: open this page by the name that the others use, and make the link there.")),t("p",{},"Links that are made here end with yours, and with the program."));return[t("div",{id:"status",part:"status",role:"group","aria-label":"Status","data-role":"offline"},t("button",{id:"status-show",type:"button","aria-label":"Status","aria-expanded":"true","aria-controls":"status-more","aria-description":"Arrow keys move it to another corner"},t("span",{class:"dot"})),t("div",{id:"status-more"},t("span",{id:"role"}),s("ask","",r),s("record","",r),t("span",{id:"leave"},"F6 leaves the picture"),t("span",{id:"rate",class:"number"}),t("span",{id:"delay",class:"number",title:"Round trip"}),t("span",{class:"buttons"},e("details-show",F.details,"Details",{title:"Details: where the time goes","aria-expanded":"false","aria-controls":"details"}),e("viewers-show",F.viewers,"Viewers",{title:"Viewers: who is here","aria-expanded":"false","aria-controls":"viewers",...r}),e("save",F.save,"Save the picture",{title:"Save the picture as a PNG file",...r}),e("fullscreen",F.fullscreen,"Full screen",{"aria-pressed":"false"}),e("keyboard",F.keyboard,"On-screen keyboard",{"aria-pressed":"false",...r}),e("status-hide",F.close,"Hide status")))),n("details","From input to picture","Hide details",t("p",{},"What an update takes, in milliseconds"),t("dl",{id:"details-steps"}),t("dl",{id:"details-totals"}),t("dl",{id:"details-facts"}),t("label",{id:"video-switch",title:"What moves may come as video, where the connection is slow",...r},t("input",{id:"video",type:"checkbox"}),"Video"),t("p",{},"Medians and means of the last two seconds. At rest, the times are those of the last update.")),n("viewers","Viewers","Hide viewers",t("ul",{id:"viewers-list"}),s("take","Take control back",r),t("div",{id:"away",...r},t("h3",{id:"away-title"},"Sent away"),t("ul",{id:"away-list","aria-labelledby":"away-title"})),h),t("div",{id:"shape"}),t("div",{id:"view",part:"view"}),t("div",{id:"above"},t("section",{id:"prompt",part:"prompt","aria-label":"Somebody asks for control",...r},t("p",{id:"prompt-text"}),s("prompt-later","Not now"),s("prompt-grant","Grant",{class:"word strong"})),t("section",{id:"offer",part:"prompt offer","aria-label":"Text to copy",...r},t("p",{},"The application offers text to copy",t("span",{id:"offer-text"})),s("offer-later","Not now"),s("offer-copy","Copy",{class:"word strong"})),t("section",{id:"visit",part:"prompt visit","aria-label":"Address to open",...r},t("p",{},"The application asks to open this address",t("span",{id:"visit-address"})),s("visit-later","Dismiss"),t("a",{id:"visit-open",class:"word strong",target:"_blank",rel:"noopener noreferrer",referrerpolicy:"no-referrer"},"Open")),t("p",{id:"note",part:"prompt note",...r})),t("section",{id:"notice",part:"notice",class:"busy","aria-label":"Connection",...r},t("span",{class:"pulse","aria-hidden":"true"}),t("div",{},t("p",{id:"notice-title"}),t("p",{id:"notice-detail"})),t("button",{id:"retry",type:"button",...r},"Try now")),t("p",{id:"announcement",...o})]}var Kn=()=>({type:"request_control"}),Fn=()=>({type:"release_control"}),Xn=()=>({type:"take_control"}),Wn=i=>({type:"grant_control",number:i}),qn=i=>({type:"disconnect",number:i}),Vn=i=>({type:"let_in",number:i}),Gn=i=>({type:i?"resume_recording":"pause_recording"});function Yn(i){let t=[i.you&&"you",i.presenter?"in control":i.role==="watch"&&"watches only",i.asks&&"asks for control",!i.visible&&"hidden"];return{number:i.number,name:i.label,note:t.filter(Boolean).join(", "),quiet:!i.visible,grant:!i.presenter&&!i.you&&i.role==="drive",disconnect:!i.you}}function Jn(i,t){return i.find(e=>e.asks&&!t.has(e.number))??null}function Zn(i,t){let e=(n,r)=>[...n].filter(([o])=>!r.has(o)).map(([,o])=>o),s=(n,r)=>n.length===0?"":n.length===1?`${n[0]} ${r}.`:`${n.length} viewers ${r}.`;return[s(e(t,i),"joined"),s(e(i,t),"left")].filter(Boolean).join(" ")}function Qn(i,{presenter:t,can_ask:e,asks:s},{asked:n,declined:r}){return i==="none"?t||s?"release":null:t||s||!e?null:r||i==="request"&&!n?"request":null}function tr(i){return i==="request"||i==="none"?i:"auto"}var T=Object.freeze({request:Kn,release:Fn,take:Xn,grant:Wn,disconnect:qn,letIn:Vn,record:Gn,wish:Qn,mode:tr,row:Yn,asker:Jn,changes:Zn});De();var _s=`
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

/* What screen readers find over the picture, each at its place in logical pixels: the transform makes that of #tree the origin. */
#tree {
  position: absolute;
  overflow: clip;
  transform-origin: 0 0;
  opacity: 0;
  pointer-events: none;
  user-select: none;
}

#tree * {
  position: fixed;
  min-width: 0;
  margin: 0;
  padding: 0;
  border: 0;
  overflow: hidden;
  white-space: pre;
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
`;var Ds=`
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
`;var $s=`
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

/* Some are sentences. */
#details-facts .value {
  flex: initial;
  white-space: normal;
}

#video-switch {
  display: flex;
  align-items: center;
  gap: 6px;
  width: fit-content;
  margin-top: 6px;
  font-size: 0.93em;
}

#video {
  margin: 0;
  accent-color: var(--accent);
}

#details-facts ~ p {
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

  #video-switch {
    min-height: 2.75em;
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
`;var Rs=`
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
`;var zs=new WeakMap;function $e(i){let t=zs.get(i);if(t)return t;let{CSSStyleSheet:e}=i.defaultView??globalThis,s=new e;return s.replaceSync(_s+Rs+$s+Ds),zs.set(i,s),s}var he="token",hr=/^[A-Za-z0-9_-]{1,256}$/;function Re(i){let t=i.replace(/^#/,"").split("&"),e=t.find(r=>r.startsWith(`${he}=`)),s=t.filter(r=>r!==e&&r!=="").join("&"),n=e?.slice(he.length+1)??"";return{token:hr.test(n)?n:null,rest:s&&`#${s}`}}function lr(i,t,e){let s=`framecast.token ${i.pathname}`,{token:n,rest:r}=Re(i.hash);i.hash.includes(`${he}=`)&&t.replaceState(t.state,"",`${i.pathname}${i.search}${r}`);try{if(!n)return Re(`#${he}=${e().getItem(s)??""}`).token;e().setItem(s,n)}catch{}return n}var Ps=Object.freeze({parse:Re,take:lr});var cr=/\.html?$/,dr=["http:","https:","blob:"],ur=/\.fcast$/i;function ze(i,t,e=!1){let s=Us(i,t,e);if(s?.recorded)return s;let n=i.trim().split(/\s+/).map(o=>Us(o,t,!1));if(n.some(o=>!o||o.recorded))return null;let r=n;return{urls:[...new Set(r.flatMap(({urls:o})=>o))],token:r.find(({token:o})=>o)?.token??null}}function Us(i,t,e){let s;try{s=new URL(i,t)}catch{return null}if(e||ur.test(s.pathname))return dr.includes(s.protocol)?(s.hash=s.username=s.password="",{urls:[s.href],token:null,recorded:!0}):null;let r={"http:":"ws:","https:":"wss:","ws:":"ws:","wss:":"wss:"}[s.protocol];if(!r)return null;let o=Ps.parse(s.hash).token,a=cr.test(s.pathname)?s.pathname.slice(0,s.pathname.lastIndexOf("/")):s.pathname;return s.protocol=r,s.hash=s.search=s.username=s.password="",s.pathname=a.endsWith("/")?a:`${a}/`,{urls:[s.href],token:o}}z();var fr=[.01,.02,.05,.1,.2,.5,1,2,5,10],pr={unknown:"–",ready:"ready",off:"off",failed:"stopped: the decoder failed",insecure:"only over HTTPS or on this machine",none:"not in this browser"},Bs=[["input","Input → drawn"],["presented","Drawn → presented"],["encoded","Presented → encoded"],["sent","Encoded → sent"],["received","Sent → received"],["decoded","Received → decoded"],["painted","Decoded → painted"]];function Ue(i,{roundTrip:t,exact:e,readable:s,video:n}){let r=Bs.reduce((c,[d])=>c+(i[d]??0),0),o=fr.find(c=>r<=c)??r,a=0,h=Bs.map(([c,d])=>{let u=i[c],p={label:d,text:le(u),start:a,length:(u??0)/o};return a+=p.length,p}),l=i.tilesPerUpdate;return{steps:h,totals:[{label:"Input → painted",text:le(i.answer)},{label:"Drawn → painted",text:le(i.total)}],facts:[{label:"Updates",text:`${Pe(i.updatesPerSecond)} /s`},{label:"Data",text:`${js(i.bytesPerSecond)}/s`},{label:"Per update",text:i.bytesPerUpdate===null?"–":js(i.bytesPerUpdate)},{label:"Tiles per update",text:l===null?"–":Pe(l)},{label:"Exact tiles",text:i.exactShare===null?"–":`${gr(i.exactShare)} %`},{label:"Shown now",text:i.bytesPerUpdate===null||!s?"–":e?"exact":n.shown?"video":"JPEG"},{label:"Video",text:mr(n.comes)??(n.offered?pr[n.state]:null)},{label:"Round trip",text:t===null?"–":`${le(t)} ms`}]}}function mr(i){return i&&(i.half?`on, ${i.width} × ${i.height}`:"on")}function le(i){return i===null?"–":(i*1e3).toFixed(1)}function Pe(i){return i>0&&i<9.95?i.toFixed(1):String(Math.round(i))}function gr(i){return i>0&&i<.01?"< 1":i<1&&i>.99?"99":String(Math.round(i*100))}function js(i){let t=["B","kB","MB","GB"],e=i,s=0;for(;Math.round(e)>=1e3&&s<t.length-1;)e/=1e3,s+=1;return`${s===0?Math.round(e):Pe(e)} ${t[s]}`}var lt=class{#t;#e;#s;#i;#n;#r;#o=new Map;constructor(t,e){this.#t=t,this.#e=e,this.#s=e.ownerDocument,this.#i=f(e,"details"),this.#n=f(e,"details-show"),this.#i.addEventListener("mousedown",s=>s.preventDefault()),this.#n.addEventListener("click",()=>this.#h(this.#i.hidden)),this.#r=f(e,"video"),this.#r.addEventListener("change",()=>t.allowVideo(this.#r.checked)),f(e,"details-hide").addEventListener("click",()=>this.#h(!1))}update(){if(this.#i.hidden)return;let{info:t}=this.#t,{steps:e,totals:s,facts:n}=Ue(this.#t.ledger,t);for(let{label:a,text:h,start:l,length:c}of e){this.#a("details-steps",a,h);let d=this.#d("details-steps",a,"bar");d.style.left=`${l*100}%`,d.style.width=`${c*100}%`}for(let{label:a,text:h}of s)this.#a("details-totals",a,h);for(let{label:a,text:h}of n)this.#a("details-facts",a,h);let{offered:r,state:o}=t.video;f(this.#e,"video-switch").hidden=!r||!["ready","off","failed"].includes(o),this.#r.checked=o==="ready"}close(){return this.#i.hidden?!1:(this.#h(!1),!0)}#h(t){!t&&this.#i.contains(this.#e.activeElement)&&this.#n.focus(),this.#i.hidden=!t,this.#n.setAttribute("aria-expanded",String(t)),this.update()}#a(t,e,s){let n=this.#d(t,e,"text");n.textContent!==s&&(n.textContent=s);let r=n.closest("div");r.hidden=s===null}#d(t,e,s){let n=`${t} ${e} `,r=this.#o.get(n+s);if(r)return r;let o=this.#s.createElement("div"),a=this.#s.createElement("dt"),h=this.#s.createElement("dd"),l=this.#s.createElement("span"),c=this.#s.createElement("span"),d=this.#s.createElement("span");return a.textContent=e,c.className="track",c.append(d),l.className="value",h.append(c,l),o.append(a,h),f(this.#e,t).append(o),this.#o.set(`${n}text`,l).set(`${n}bar`,d),s==="text"?l:d}};var ct=class{#t=new Map;#e=new Map;#s=-1/0;say(t,e,s=!1){if(this.#t.delete(t),e===""||!s&&this.#e.get(t)===e)return;this.#t.set(t,e);let[n]=this.#t.keys();this.#t.size>4&&n!==void 0&&this.#t.delete(n)}forget(t){this.#t.delete(t),this.#e.delete(t)}next(t){let[e]=this.#t;if(!e||t-this.#s<2)return null;let[s,n]=e;return this.#t.delete(s),this.#e.set(s,n),this.#s=t,n}};z();var wr=/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Cs}<>:"/\\|?*~%]+/gu;function Be(i,t){let s=[...i.replace(wr," ").replace(/\s+/g," ").replace(/^[\s.]+/,"")].slice(0,60).join("").trim()||"framecast",n=a=>String(a).padStart(2,"0"),r=[String(t.getFullYear()).padStart(4,"0"),n(t.getMonth()+1),n(t.getDate())],o=[t.getHours(),t.getMinutes(),t.getSeconds()].map(n);return`${s} ${r.join("-")} ${o.join(".")}.png`}var dt=class{#t;#e;#s=null;#i=new WeakMap;constructor(t,e){this.#t=t,this.#e=e,t.addEventListener("focusin",s=>{let n=s.target,r=s.relatedTarget,o=n.closest("section");o&&r instanceof Element&&!o.contains(r)&&this.#i.set(o,r),this.#s=n})}check(){let t=this.#s;if(!t)return;let e=this.#t.ownerDocument,s=this.#t.activeElement;if(s&&s!==t)return;if(je(t)){s||(this.#s=null);return}if(this.#s=null,!s&&e.activeElement&&e.activeElement!==e.body&&e.activeElement!==this.#t.host)return;let n=t.closest("section"),r=n&&this.#i.get(n);n&&je(n)?n.querySelector("button:not([hidden])")?.focus():r instanceof HTMLElement&&je(r)&&r.focus(),(!this.#t.activeElement||this.#t.activeElement===t)&&this.#e()}};function je(i){return i.isConnected&&i.checkVisibility({visibilityProperty:!0})}He();var Hs="bottom-right";function ut(i){return i==="bottom-left"||i==="top-right"||i==="top-left"?i:Hs}function br({x:i,y:t},{width:e,height:s}){return`${t<s/2?"top":"bottom"}-${i<e/2?"left":"right"}`}function yr(i,t){let[e,s]=i.split("-");switch(t){case"ArrowUp":return ut(`top-${s}`);case"ArrowDown":return ut(`bottom-${s}`);case"ArrowLeft":return ut(`${e}-left`);case"ArrowRight":return ut(`${e}-right`);default:return null}}var ft=Object.freeze({FIRST:Hs,named:ut,nearest:br,beside:yr});function xr(i){try{return localStorage.getItem(i)}catch{return null}}function kr(i,t){try{localStorage.setItem(i,t)}catch{}}var N=Object.freeze({get:xr,set:kr});var Ks="framecast.status.corner",vr=6,pt=class{#t;#e;#s=new AbortController;#i=!0;#n;#r=null;#o=!1;constructor(t,e,s){this.#t=t,this.#e=s,t.dataset.corner=ft.named(N.get(Ks)),t.addEventListener("pointerdown",o=>{o.button===0&&o.isPrimary&&(this.#r={id:o.pointerId,x:o.clientX,y:o.clientY})});let n=t.ownerDocument.defaultView??globalThis.window,{signal:r}=this.#s;n.addEventListener("pointermove",o=>this.#h(o),{signal:r,capture:!0}),n.addEventListener("pointercancel",()=>this.#a(),{signal:r}),n.addEventListener("pointerup",o=>{if(!this.#r)return;let{left:a,top:h,width:l,height:c}=e.getBoundingClientRect(),d={x:o.clientX-a,y:o.clientY-h};this.#o&&this.#l(ft.nearest(d,{width:l,height:c})),this.#a()},{signal:r,capture:!0}),t.addEventListener("click",o=>this.#d(o),{capture:!0}),t.addEventListener("keydown",o=>{if(o.ctrlKey||o.altKey||o.metaKey)return;let a=ft.beside(ft.named(t.dataset.corner??null),o.key);a&&(o.preventDefault(),o.stopPropagation(),this.#l(a))})}stop(){this.#s.abort(),clearTimeout(this.#n)}#h(t){let e=this.#r;if(!e||t.pointerId!==e.id)return;if(!(t.buttons&1)){this.#a();return}let[s,n]=[t.clientX-e.x,t.clientY-e.y];if(!this.#o){if(Math.hypot(s,n)<vr)return;this.#o=!0,this.#i=!1,this.#t.setPointerCapture(e.id),this.#t.classList.add("dragged")}this.#t.style.translate=`${s}px ${n}px`}#a(){this.#r=null,this.#o=!1,this.#t.classList.remove("dragged"),this.#t.style.translate="",this.#n=setTimeout(()=>this.#i=!0)}#d(t){this.#i||(t.preventDefault(),t.stopPropagation())}#l(t){this.#t.dataset.corner!==t&&(this.#t.dataset.corner=t,N.set(Ks,t),this.#e(t.replace("-"," ")))}};function Fs({secure:i,writes:t,active:e}){return i&&t&&e}async function Er(i,t){let{clipboard:e,userActivation:s}=t.navigator,n={secure:t.isSecureContext,writes:typeof e?.writeText=="function",active:s?.isActive===!0};if(!Fs(n))return!1;try{return await e.writeText(i),!0}catch{return!1}}async function Tr(i,t){try{return await t.defaultView?.navigator.clipboard.writeText(i),!0}catch{return Sr(i,t)}}function Sr(i,t){let e=Ar(t),s=t.createElement("textarea");Object.assign(s.style,{position:"fixed",top:"0",left:"0",width:"1px",height:"1px",opacity:"0"}),s.value=i,s.readOnly=!0,t.body.append(s);try{return s.focus({preventScroll:!0}),s.select(),t.execCommand("copy")}catch{return!1}finally{s.remove(),e?.focus({preventScroll:!0})}}function Ar(i){let t=i.activeElement;for(;t?.shadowRoot?.activeElement;)t=t.shadowRoot.activeElement;return t}var mt=Object.freeze({atOnce:Fs,write:Er,copy:Tr});z();var Mr=6,Xs=120,gt=class{#t;#e;#s;#i;#n;#r="";#o;constructor(t,e,s){this.#n=s,this.#t=t.ownerDocument,this.#e=f(t,"note"),this.#s=f(t,"offer"),this.#i=f(t,"offer-text"),this.#s.addEventListener("mousedown",n=>n.preventDefault()),f(t,"offer-copy").addEventListener("click",()=>this.#h()),f(t,"offer-later").addEventListener("click",()=>this.close()),e.addEventListener("abort",()=>clearTimeout(this.#o))}say(t){this.#e.textContent=t,this.#e.hidden=!1,this.#n(t),clearTimeout(this.#o),this.#o=setTimeout(()=>this.#e.hidden=!0,Mr*1e3)}async offer(t){if(this.#r=t,await mt.write(t,this.#t.defaultView??window)){this.#r===t&&this.#a();return}if(this.#r!==t)return;let[e=""]=t.trim().split(`
`,1);this.#i.textContent=[...e.slice(0,2*Xs)].slice(0,Xs).join(""),this.#s.hidden=!1,this.#n("The application offers text to copy")}withdraw(){this.#a()}close(){return this.#s.hidden?!1:(this.#a(),!0)}async#h(){let t=this.#r,e=await mt.copy(t,this.#t);e&&this.#r===t&&this.#a(),this.say(e?"Copied":"The browser does not let this page copy")}#a(){this.#r="",this.#s.hidden=!0,this.#i.textContent=""}};var wt=class{hidden=!1;connected=!1;#t=!1;#e=!1;#s=0;news(t){this.#i(t+4)}hover(t,e){this.#t&&!t&&this.#i(e+1),this.#t=t}focus(t,e){this.#e&&!t&&this.#i(e+1),this.#e=t}open(t){return this.hidden?!1:!this.connected||this.#t||this.#e||t<this.#s}#i(t){this.#s=Math.max(this.#s,t)}};z();z();var Lr=()=>({type:"list_links"}),Or=(i,t,e)=>({type:"add_link",name:i,role:t,...e===null?{}:{lifetime:e}}),Cr=i=>({type:"revoke_link",name:i});function Nr({name:i,role:t,seconds:e,clients:s,made:n,own:r}){let o=[r&&"yours",t==="watch"?"to watch":"to drive",s>0&&`${s} here`,e!==null&&`ends in ${Ir(e)}`];return{name:i,note:o.filter(Boolean).join(", "),revoke:n&&!r}}function Ir(i){for(let[t,e]of[["d",86400],["h",3600],["min",60]])if(i>=e)return`${Math.floor(i/e)} ${t}`;return"less than a minute"}function _r(i,t){let e=new URL(i.replace(/^ws/,"http"));return e.search="",e.hash=`token=${t}`,e.href}function Dr(i){return/^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/.test(new URL(i).hostname)}var j=Object.freeze({list:Lr,add:Or,revoke:Cr,row:Nr,address:_r,isLocal:Dr});var bt=class{#t;#e;#s;#i;#n;#r;#o;#h;#a;#d;#l="";constructor(t,e,s){this.#t=t,this.#e=e,this.#s=e.ownerDocument,this.#d=s,this.#i=f(e,"links"),this.#n=f(e,"links-list"),this.#r=f(e,"link-name"),this.#o=f(e,"links-told"),this.#h=f(e,"link-made"),this.#a=f(e,"link-address"),f(e,"link-form").addEventListener("submit",n=>{n.preventDefault(),this.#u()}),f(e,"link-copy").addEventListener("click",()=>this.#f()),this.#a.addEventListener("focus",()=>this.#a.select()),t.addEventListener("links",n=>this.#m(n.detail))}refresh(){this.#t.listLinks()}close(){this.#l="",this.#p(""),this.#g()}update(){let t=this.#t.info.links;this.#i.hidden=t===null;let e=JSON.stringify(t);if(t===null||e===this.#l)return;this.#l=e;let s=this.#e.activeElement,n=s?this.#c().indexOf(s):-1;if(this.#n.replaceChildren(...t.map(a=>this.#w(j.row(a)))),!s||n<0)return;let r=this.#c();(this.#e.getElementById(s.id)??r[Math.min(n,r.length-1)]??this.#r).focus()}#c(){return Array.from(this.#n.querySelectorAll("button"))}#u(){let t=s=>this.#e.querySelector(`input[name="${s}"]:checked`).value,e=t("link-lifetime");this.#p(""),this.#g(),this.#t.addLink(this.#r.value,t("link-role")==="drive"?"drive":"watch",e===""?null:Number(e))}#m({made:t,refused:e}){e!==null&&this.#p(`Not done: ${e}`),t&&(this.#r.value="",f(this.#e,"link-made-label").textContent=`The address of ${t.name}, shown only now`,this.#a.value=t.address,this.#h.hidden=!1,f(this.#e,"link-local").hidden=!j.isLocal(t.address),this.#a.focus(),this.#a.scrollLeft=0,this.#d("links",`Made the link ${t.name}. Copy its address now: it is shown only once.`))}async#f(){let t=await mt.copy(this.#a.value,this.#s);this.#p(t?"Copied":"The browser does not let this page copy: select the address")}#g(){this.#h.hidden=!0,this.#a.value=""}#p(t){this.#o.textContent=t,this.#o.hidden=t==="",this.#d("links",t)}#w({name:t,note:e,revoke:s}){let n=this.#s.createElement("li"),r=this.#s.createElement("span"),o=this.#s.createElement("small");if(r.textContent=t,o.textContent=e,r.append(o),n.append(r),!s)return n;let a=this.#s.createElement("button");return a.type="button",a.className="word",a.id=`revoke-${t}`,a.textContent="Revoke",a.setAttribute("aria-label",`Revoke: ${t}`),a.addEventListener("click",h=>{h.detail>1||(this.#p(""),this.#t.revokeLink(t))}),n.append(a),n}};var yt=class{#t;#e;#s;#i;#n;#r;#o;#h;#a;#d=null;#l=null;#c=new Set;#u;#m=null;#f="";constructor(t,e,s){this.#u=s,this.#t=t,this.#e=e,this.#s=e.ownerDocument,this.#i=f(e,"viewers"),this.#n=f(e,"viewers-show"),this.#r=f(e,"viewers-list"),this.#o=f(e,"away-list"),this.#h=f(e,"prompt"),this.#a=new bt(t,e,s);for(let n of[this.#i,this.#h])n.addEventListener("mousedown",r=>{r.target instanceof Element&&r.target.closest("input, label")||r.preventDefault()});this.#n.addEventListener("click",()=>this.#b(this.#i.hidden)),f(e,"viewers-hide").addEventListener("click",()=>this.#b(!1)),f(e,"take").addEventListener("click",()=>t.takeControl()),f(e,"prompt-grant").addEventListener("click",()=>{this.#d!==null&&t.grantControl(this.#d)}),f(e,"prompt-later").addEventListener("click",()=>{this.putOff(),t.dispatchEvent(new Event("change"))})}putOff(){return this.#d===null?!1:(this.#c.add(this.#d),this.update(),!0)}close(){return this.#i.hidden?!1:(this.#b(!1),!0)}update(){let{manages:t,presenter:e,clients:s,sentAway:n}=this.#t.info;this.#n.hidden=!t,!t&&!this.#i.hidden&&this.#b(!1);for(let{number:c,asks:d}of s)d||this.#c.delete(c);this.#w(t?T.asker(s,this.#c):null),f(this.#e,"take").hidden=e,this.#p(t?s:null),this.#a.update();let r=JSON.stringify([s,n]);if(this.#i.hidden||r===this.#f)return;this.#f=r,this.#a.refresh();let o=this.#e.activeElement,a=o?this.#g().indexOf(o):-1;if(this.#r.replaceChildren(...s.map(c=>this.#E(T.row(c)))),this.#o.replaceChildren(...[...n].reverse().map(c=>this.#y(c))),f(this.#e,"away").hidden=n.length===0,!o||a<0)return;let h=this.#g();(this.#e.getElementById(o.id)??h[Math.min(a,h.length-1)]??f(this.#e,"viewers-hide")).focus()}#g(){return[this.#r,this.#o].flatMap(t=>Array.from(t.querySelectorAll("button")))}#p(t){if(!t||t.length===0){this.#m=null;return}let e=this.#m;if(this.#m=new Map(t.filter(({you:n})=>!n).map(({number:n,label:r})=>[n,r])),!e)return;let s=T.changes(e,this.#m);s&&this.#u("viewers",s)}#w(t){if(t||this.#u("question",""),this.#d=t?.number??null,t||(this.#l=null),this.#h.hidden=t===null,!t)return;let e=f(this.#e,"prompt-text"),s=`${t.label} asks for control`;e.textContent===s&&this.#l===t.number||(this.#l=t.number,e.textContent=s,this.#u("question",s))}#b(t){!t&&this.#i.contains(this.#e.activeElement)&&this.#n.focus(),this.#i.hidden=!t,this.#n.setAttribute("aria-expanded",String(t)),this.#f="",t?this.update():this.#a.close()}#E(t){let e=this.#v(t.name,t.note);e.classList.toggle("quiet",t.quiet);let{number:s,name:n}=t;return t.grant&&e.append(this.#x("grant",s,"Give control",n,()=>this.#t.grantControl(s))),t.disconnect&&e.append(this.#x("disconnect",s,"Disconnect",n,()=>this.#t.disconnect(s))),e}#y({number:t,label:e,role:s}){let n=this.#v(e,s==="watch"?"watched only":"");return n.append(this.#x("let-in",t,"Let in again",e,()=>{this.#t.letIn(t),this.#u("viewers",`${e} may come back.`)})),n}#v(t,e){let s=this.#s.createElement("li"),n=this.#s.createElement("span"),r=this.#s.createElement("small");return n.textContent=t,r.textContent=e,n.append(r),s.append(n),s}#x(t,e,s,n,r){let o=this.#s.createElement("button");return o.type="button",o.className="word",o.id=`${t}-${e}`,o.textContent=s,o.setAttribute("aria-label",`${s}: ${n}`),o.addEventListener("click",a=>{a.detail<=1&&r()}),o}};ae();z();var $r=.7,xt=class{#t;#e;#s;#i;#n;constructor(t,e,s){this.#i=s,this.#t=f(t,"visit"),this.#e=f(t,"visit-address"),this.#s=f(t,"visit-open"),this.#t.addEventListener("mousedown",n=>n.preventDefault()),f(t,"visit-later").addEventListener("click",()=>this.close()),this.#s.addEventListener("click",()=>this.#s.hasAttribute("href")&&setTimeout(()=>this.close())),e.addEventListener("abort",()=>clearTimeout(this.#n))}ask(t){let e=Y.read(t);e&&(this.close(),this.#e.textContent=e.href,this.#t.hidden=!1,this.#n=setTimeout(()=>this.#s.setAttribute("href",e.href),$r*1e3),this.#i(`The application asks to open a page of ${e.host}`))}close(){clearTimeout(this.#n),this.#s.removeAttribute("href");let t=!this.#t.hidden;return this.#t.hidden=!0,this.#e.textContent="",t}};var Ke={idle:"Not connected",connecting:"Connecting…",connected:"",lost:"Connection lost",ended:"The application ended",refused:"No access"},Rr={idle:"Not connected",connecting:"Connecting",lost:"Reconnecting",ended:"Ended",refused:"No access"},zr="Watching only, about a second late",Fe=30,Ws="If the program was started again, it may have another address or new links: open the one that it printed.",Pr=4;function Xe(i){let t=i.state==="connected",e=t&&!i.picture,s=i.state!=="connected"?Rr[i.state]:i.delayed?zr:i.presenter?"Presenter":"Observer",n=i.title||"framecast";return{role:s,roleHint:t?qs(i):"",ask:t?Br(i):"",recording:!t||i.recording===null?"":i.recording==="running"?"Recording":"Recording paused",rate:t&&!e?Kr(i):"",delay:t&&i.roundTrip!==null?Fr(i.roundTrip):"",title:e?"Waiting for the first picture…":Ke[i.state],detail:[Vs(i),jr(i)].filter(Boolean).join(" "),retry:i.address&&!["idle","connecting","connected"].includes(i.state),announcement:t?`${i.delayed?s:`Connected as ${s.toLowerCase()}`}. ${qs(i)}.${Ur(i)}`:[Ke[i.state],Vs(i)].filter(Boolean).join(". "),tab:!t&&i.state!=="connecting"&&i.state!=="idle"?`${s} – ${n}`:n}}function qs(i){if(i.presenter)return"Your input reaches the application; F6 leaves the picture";if(i.delayed)return"No WebSocket gets through here, so nobody can drive from here";let t=i.held?`${i.by||"somebody else"} is in control`:"nobody is in control";return i.role==="watch"?`Your link lets you watch; ${t}`:`You watch; ${t}`}function Ur({recording:i}){return i===null?"":i==="running"?" It is recorded.":" The recording pauses."}function Br(i){return i.manages?i.presenter?"":"Take control back":i.asks?"Cancel request":i.canAsk?i.held?"Ask for control":"Take control":i.presenter?"Give control back":""}function Vs(i){let t=i.reason.trim().replace(/\.$/,"");return t===""||t.toLowerCase()===Ke[i.state].toLowerCase()?"":`${t[0]?.toUpperCase()}${t.slice(1)}.`}function jr(i){if(i.state==="ended")return`This page looks for it at this address. ${Ws}`;if(i.state!=="lost")return"";let t=i.retryIn===null?"Trying again…":`Trying again in ${Math.max(1,Math.ceil(i.retryIn))} s.`;return i.lostFor<Fe?t:`No answer for ${Hr(i.lostFor)}. ${t} ${Ws}`}function Hr(i){return i<60?`${Math.floor(i/Fe)*Fe} s`:i<3600?`${Math.floor(i/60)} min`:`${Math.floor(i/3600)} h`}function Kr(i){return i.rested&&i.fps<Pr?"still":`${Math.round(i.fps)} fps`}function Fr(i){let t=i*1e3;return t<1?"< 1 ms":`${Math.round(t)} ms`}var Xr=60,Gs="framecast.status",kt=class{#t;#e;#s;#i;#n;#r;#o;#h;#a;#d;#l;#c;#u;#m;#f;#g;#p=new wt;#w=new ct;#b;#E="";constructor(t,e,s,n){this.#t=t,this.#e=e,this.#s=s,this.#i=f(e,"status"),this.#n=f(e,"status-show"),this.#r=f(e,"status-more"),this.#o=f(e,"keyboard"),this.#h=f(e,"fullscreen"),this.#a=f(e,"save"),this.#d=f(e,"notice"),this.#l=f(e,"ask"),this.#c=f(e,"record"),this.#u=new lt(t,e),this.#m=new yt(t,e,(a,h)=>this.#x(a,h)),this.#f=new gt(e,n,a=>this.#x("note",a)),this.#g=new xt(e,n,a=>this.#x("visit",a)),this.#b=new dt(e,()=>{if(this.#n.checkVisibility()){this.#n.focus({preventScroll:!0});return}let a=f(e,"view");a.tabIndex=-1,a.addEventListener("blur",()=>a.removeAttribute("tabindex"),{once:!0}),a.focus({preventScroll:!0})});let r=new pt(this.#i,s,a=>{this.#x("place",`Status at the ${a}`),this.#A()});n.addEventListener("abort",()=>r.stop()),e.addEventListener("keydown",a=>this.#N(a));for(let a of[this.#i,this.#d])a.addEventListener("mousedown",h=>h.preventDefault());for(let a of["pointerenter","pointerleave"])this.#i.addEventListener(a,h=>this.#C(a==="pointerenter",h));this.#i.addEventListener("focusin",()=>this.#I(!0)),this.#i.addEventListener("focusout",()=>this.#I(!1)),this.#i.addEventListener("click",()=>this.#A()),this.#n.addEventListener("click",()=>this.#O(!1)),f(e,"status-hide").addEventListener("click",()=>this.#O(!0)),this.#l.addEventListener("click",()=>{let{asks:a,presenter:h,manages:l}=t.info;l?t.takeControl():a||h?t.releaseControl():t.requestControl()}),this.#c.addEventListener("click",()=>t.record(t.info.recording==="paused")),f(e,"retry").addEventListener("click",()=>t.retry()),this.#o.addEventListener("click",()=>t.showKeyboard(!t.info.keyboard)),this.#a.addEventListener("click",()=>this.#S());let o=e.ownerDocument;this.#h.hidden=!o.fullscreenEnabled,this.#h.addEventListener("click",()=>X(s,this.#h)),o.addEventListener("fullscreenchange",()=>this.update(),{signal:n}),this.#p.hidden=N.get(Gs)==="hidden"}update(){let t=this.#t.info,e=Xe(t);this.#p.connected=t.state==="connected",e.announcement!==this.#E&&(this.#E=e.announcement,this.#w.say("state",e.announcement),this.#p.news(J())),this.#v(e),this.#i.dataset.role=t.state==="connected"?t.presenter?"presenter":"observer":"offline",this.#i.title=e.roleHint,this.#k("role",e.role),this.#k("rate",e.rate),this.#k("ask",e.ask),this.#l.hidden=e.ask==="",this.#k("delay",e.delay),this.#y(e.recording,t),this.#o.hidden=!t.presenter,this.#o.setAttribute("aria-pressed",String(t.keyboard)),this.#a.hidden=!t.picture,this.#h.setAttribute("aria-pressed",String(this.#s.matches(":fullscreen"))),this.#d.hidden=e.title==="",this.#d.classList.toggle("busy",!e.retry),e.title&&(this.#k("notice-title",e.title),this.#k("notice-detail",e.detail),f(this.#e,"retry").hidden=!e.retry),t.presenter||(this.#f.withdraw(),this.#g.close()),this.#u.update(),this.#m.update(),this.#b.check();let s=this.#w.next(J());s!==null&&this.#L(s)}#y(t,e){this.#k("record",t),this.#c.hidden=t==="",this.#c.toggleAttribute("disabled",!e.manages),this.#c.title=e.manages?e.recording==="paused"?"Go on with the recording":"Pause the recording":"",this.#i.dataset.recording=t===""?"":`${e.recording}`}offer(t){this.#f.offer(t)}visit(t){this.#g.ask(t)}tooLong({bytes:t,most:e}){let s=r=>`${Math.ceil(r/1024)} KiB`,n=t>e?`${s(t)} of text, and ${s(e)} are possible at once`:"it does not fit into one message";this.#f.say(`Not pasted: ${n}`)}#v(t){let e=this.#p.open(J());this.#i.classList.toggle("small",!e),this.#r.hidden=!e,this.#n.setAttribute("aria-expanded",String(e));let s=[t.role,t.recording.toLowerCase()].filter(Boolean).join(", ");this.#n.setAttribute("aria-label",`Status: ${s}`),e?this.#n.removeAttribute("title"):this.#n.title=`${s}: show status, or drag it to another corner`}#x(t,e){e?this.#w.say(t,e,!0):this.#w.forget(t)}#L(t){let e=f(this.#e,"announcement");e.textContent=e.textContent===t?`${t} `:t}#N(t){if(t.key!=="Escape"||t.defaultPrevented)return;let e=this.#e.activeElement,s=o=>f(this.#e,o).contains(e),n=this.#i.contains(e);(s("prompt")&&this.#m.putOff()||s("offer")&&this.#f.close()||s("visit")&&this.#g.close()||(s("viewers")||n)&&this.#m.close()||(s("details")||n)&&this.#u.close())&&(t.preventDefault(),t.stopPropagation(),this.#b.check())}#A(){this.#p.news(J()),this.update()}#C(t,e){t&&(e.pointerType==="touch"||e.buttons!==0)||(this.#p.hover(t,J()),this.update())}#I(t){this.#p.focus(t,J()),this.update()}#O(t){t&&this.#r.contains(this.#e.activeElement)&&this.#n.focus(),this.#p.hidden=t,N.set(Gs,t?"hidden":"shown"),this.update()}async#S(){let t=this.#e.ownerDocument,{title:e,exact:s}=this.#t.info,n=Be(e,new Date);try{let r=URL.createObjectURL(await this.#t.snapshot()),o=t.createElement("a");Object.assign(o,{href:r,download:n}),o.click(),setTimeout(()=>URL.revokeObjectURL(r),Xr*1e3),this.#t.info.readable?this.#f.say(s?`Saved ${n}`:`Saved ${n}, as it moved: not exact to the pixel`):this.#f.say(`Saved ${n}, as the server has it: this browser changes what is read from a canvas`)}catch{this.#f.say("The browser could not save the picture")}}#k(t,e){let s=f(this.#e,t);s.textContent!==e&&(s.textContent=e)}};function J(){return performance.now()/1e3}de();var io="framecast.browser",no=16,ro=/^[\w-]{8,64}$/,Ys=new Map;function oo(i){let t=`${io} ${i}`,e=Ys.get(t)??N.get(t),s=e!==null&&ro.test(e)?e:ao();return s!==e&&N.set(t,s),Ys.set(t,s),s}function ao(){let i=crypto.getRandomValues(new Uint8Array(no));return Array.from(i,t=>t.toString(16).padStart(2,"0")).join("")}var Js=Object.freeze({name:oo});function ho(i,t,e,s=!1){return t?5*(.9+.2*e):Math.min(s?1.5:15,.5*2**Math.min(i,16))*(.5+.5*e)}function lo(i,t,e){let s=e===null?0:5*e+1;return Math.max(t&&i%3!==2?5:10,s)}function co(i,t){return t!==null&&t>=5?0:i+1}var H=Object.freeze({FIRST:.5,LONGEST:15,VISIBLE:1.5,ENDED:5,OTHERWISE:60,STABLE:5,PATIENCE:10,TURN:5,wait:ho,turn:lo,failuresAfter:co});var Zs=2,uo=4,fo=1,po=6,mo=1,Et=class{#t;#e;#s=[];#i=!1;#n=null;#r=0;#o=null;#h=null;#a=-1/0;constructor(t,e){this.#t=t,this.#e=e}get greeting(){return this.#s.some(({opened:t})=>t!==null)}get sockets(){return this.#s.map(({socket:t})=>t)}begin(t,e){this.#i=t,this.#n=e,this.#d(),t&&this.#l()}set eager(t){if(!(this.#s.length===0&&this.#h===null)&&t!==this.#i)if(this.#i=t,t)this.#l();else{this.#t.cancel(this.#h),this.#h=null;for(let e of this.#s.slice(1))this.#u(e);this.#s.length===0&&this.#e.exhausted()}}renew(){let[t]=this.#s;!t||t.opened!==null||this.#t.now()-t.at<mo||(this.#s.length<Zs&&this.#d(),this.#u(t))}opened(t){t.opened=this.#t.now(),this.#s[0]===t&&this.#c()}failed(t){return this.#a=this.#t.now(),this.#u(t),this.#s.length===0&&!this.#i}won(t){this.#s=this.#s.filter(e=>e!==t),this.drop(),this.#c()}drop(){this.#t.cancel(this.#h),this.#h=null,this.#i=!1,this.#r=0,this.#a=-1/0;for(let t of[...this.#s])this.#u(t)}#d(){let t={socket:this.#e.socket(),at:this.#t.now(),opened:null};this.#s.push(t),this.#e.begun(t),this.#s[0]===t&&this.#c()}#l(){this.#t.cancel(this.#h),this.#h=this.#t.after(()=>{this.#l();let t=this.#t.now()-this.#a<po;if(!(this.#s.length>=(t?uo:Zs)))try{this.#d()}catch{this.#a=this.#t.now()}},fo*(.75+.5*this.#t.random()))}#c(){this.#t.cancel(this.#o),this.#o=null;let[t]=this.#s;if(!t)return;let e=t.opened===null?H.turn(this.#r,this.#i,this.#n):Math.max(H.PATIENCE-(this.#t.now()-t.opened),0);this.#r+=1,this.#o=this.#t.after(()=>{this.#u(t),this.#s.length===0&&!this.#i&&this.#e.exhausted()},e)}#u(t){let e=this.#s[0]===t;this.#s=this.#s.filter(n=>n!==t);let{socket:s}=t;s.onopen=s.onmessage=s.onclose=null,s.close(1e3),e&&this.#c()}};var Tt=class{#t=[];add(t,e,s){let n=Math.max(0,e-t);this.#t.push({took:n,offset:s-(t+n/2)}),this.#t.length>10&&this.#t.shift()}get roundTrip(){let t=this.#t.slice(-5).map(e=>e.took).sort((e,s)=>e-s);return t[t.length-1>>1]??null}get offset(){let t=null;for(let e of this.#t)(!t||e.took<t.took)&&(t=e);return t&&t.offset}clear(){this.#t=[]}};function Qs(i){let t=i.getModifierState?.("AltGraph")??!1,e=[];return i.shiftKey&&e.push("Shift"),i.ctrlKey&&!t&&e.push("Control"),i.altKey&&!t&&e.push("Alt"),i.metaKey&&e.push("Meta"),e}function go({dx:i,dy:t,unit:e},s,n,r){return{type:"wheel",dx:St(i),dy:St(t),x:St(n.x),y:St(n.y),buttons:r,modifiers:Qs(s),unit:e,...e==="pixel"?{}:{phase:"discrete"}}}function wo(i,t,e){return{type:"char",data:ti(i,16384).text,is_composing:t,input_type:ei(e)}}function bo(i){let{text:t,bytes:e}=ti(i,1/0),s={type:"paste",data:t};return e<=32768&&new TextEncoder().encode(JSON.stringify(s)).length<=65536?{message:s}:{bytes:e}}function ti(i,t){let e=i.length>t?i.slice(0,t):i,s="",n=0;for(let r of e.replaceAll(`\r
`,`
`)){let o=r.codePointAt(0);if(o<32&&o!==9&&o!==10&&o!==13||o===127||o>=55296&&o<=57343)continue;let a=o<128?1:o<2048?2:o<65536?3:4;if(n+a>t)break;n+=a,s+=r}return{text:s,bytes:n}}function St(i){return Number.isFinite(i)?Math.round(Math.min(1e6,Math.max(-1e6,i))*1e3)/1e3:0}function ei(i){let t=i.slice(0,64);for(;new TextEncoder().encode(t).length>64;)t=t.slice(0,-1);return t}var x=Object.freeze({MAX_TEXT:16384,MAX_PASTE:32768,MAX_MESSAGE:65536,MAX_COORDINATE:1e6,MAX_KEY:64,MAX_TOUCHES:20,modifiers:Qs,wheel:go,char:wo,paste:bo,coordinate:St,name:ei});Mt();var Jo=1,Zo=8,fi=x.MAX_MESSAGE,Qo=new Map([[1003,"The server did not understand this page."],[1008,"The server refused this page."],[1009,"A message was too long for the server."],[1013,"Too many viewers are connected."]]),ta=new Map([[4001,"This address needs a link, and the one it was opened with is not valid. A program that starts again has new links: open the one that it printed last, or ask for a new one."],[4003,"The host disconnected this viewer, and has to let it in before it can come back."],[4004,"The host disconnected somebody who came by this link, with this browser or from this network, and has to let them in before anybody new can come from here."]]),ea="This link is no longer valid: it expired or was revoked, or the program was started again and has new links. Open the link that the program printed last, or ask for a new one.",sa="The server cannot be reached.",ia='The program does not run there, or it does not allow this page. If this is a recording, the element needs type="recording".',na={socket:(i,t)=>new WebSocket(i,t),now:()=>performance.now()/1e3,random:Math.random,after:(i,t)=>setTimeout(i,t*1e3),cancel:i=>clearTimeout(i)},Lt=class{state="idle";retryAt=null;reason="";client=null;clock=new Tt;url="";#t=[];#e=[];#s=null;#i;#n;#r;#o=null;#h=null;#a=0;#d=0;#l=!1;#c=null;#u=null;#m=!1;#f=null;#g=0;#p=null;#w=0;#b=!0;role="watch";video=!1;#E=!1;constructor(t,e,s=na){this.#i=e,this.#n=s,this.use(t),this.#r=new Et(s,{socket:()=>this.#v(),begun:n=>this.#N(n),exhausted:()=>this.#M("The server does not answer.")})}get lostFor(){return this.#u===null?0:this.#n.now()-this.#u}get#y(){return this.#b&&this.#l&&!this.#m&&!this.#E&&this.state==="lost"}set leisurely(t){this.#E=t,this.state==="lost"&&(this.#r.eager=this.#y)}open(){if(this.state==="connected")return;this.#R(),this.retryAt=null;let t=this.#d,e=this.state==="refused"||this.state==="idle";if(e&&this.#x(),this.#T(e?"connecting":this.state),t===this.#d)try{this.#r.begin(this.#y,this.#f)}catch{this.#M("The browser does not let this page connect there.")}}#v(){let[t=""]=this.#e;return this.#e=[...this.#e.slice(1),t],this.#n.socket(t,O.SUBPROTOCOL)}#x(){this.#s=null,this.#e=[...new Set([...this.#e,...this.#t])]}#L(t,e){let s=this.#t.indexOf(t)+e;this.#s=null,this.#e=[...this.#t.slice(s),...this.#t.slice(0,s)]}#N(t){let{socket:e}=t;e.binaryType="arraybuffer",e.onopen=()=>{this.#r.opened(t),e.send(JSON.stringify(this.#i.hello(e.url)))},e.onmessage=s=>this.#C(s.data,t),e.onclose=s=>this.#A(s.code,t)}#A(t,e){let{socket:s}=e,n=s===this.#o,r=t===4001&&this.#l?ea:ta.get(t);if(r&&(this.#s??=r,this.#e=this.#e.filter(o=>o!==s.url)),r&&(n||this.#e.length===0))this.#k(this.#s??r);else if(t===1e3)this.#_("",s.url);else{let o=r??Qo.get(t),a=o!==void 0,h=n||this.#r.failed(e),l=o??(n?"":this.#l?sa:this.#s??ia);h||a&&!this.#r.greeting?this.#M(l,a):!a&&!this.#r.greeting&&this.#D(l)}}close(){this.#R(),this.state="idle",this.reason="",this.retryAt=null,this.#a=0}use(t){this.url=t[0]??"",this.#t=this.#e=t,this.#l=!1,this.#u=null,this.#f=null}refuse(t){this.#a=0,this.retryAt=null,this.#k(t)}fail(t){this.#o&&this.#M(t)}hurry(){if(this.retryAt===null){this.#r.renew();return}this.#a=0,this.open()}retry(){this.#a=0,this.#x(),this.open()}wake(t){this.#b=t,this.#p=null,this.state==="connected"?this.#S():this.#r.eager=this.#y}send(t){let s=(this.#o?[this.#o]:this.#r.sockets).filter(o=>o.readyState===1),n=JSON.stringify(t),r=n.length*3<=fi||new TextEncoder().encode(n).length<=fi;if(s.length===0||!r)return!1;for(let o of s)o.send(n);return!0}#C(t,e){if(this.#w=this.#n.now(),t instanceof ArrayBuffer){let n=this.#c===null?null:O.parsePart(t)??O.parseVideo(t);n?this.#i.part(n,this.#w):this.#i.malformed(!0);return}let s=typeof t=="string"?O.parseMessage(t):null;s?s.type==="welcome"?this.#I(s,e):s.type==="pong"?this.#O(s.id,s.time):s.type==="closed"?this.#_(s.reason,e.socket.url):this.#i.message(s):this.#i.malformed(!1)}#I({client:t,role:e,video:s},n){this.#c===null&&(this.#r.won(n),this.#o=n.socket,this.url=n.socket.url,this.#L(this.url,1),this.#m=!1,this.#u=null,this.role=e,this.video=s.length>0,this.#c=this.#n.now(),this.client=t,this.reason="",this.#l=!0,this.#S(),this.#T("connected"))}#O(t,e){let s=this.#p;s?.id===t&&(this.#p=null,this.clock.add(s.at,this.#w,e))}#S(){if(this.#n.cancel(this.#h),!this.#b)return;let t=this.#n.now();if(this.#p&&t-Math.max(this.#p.at,this.#w)>Zo){this.#M("The server does not answer.");return}this.#p||(this.#g+=1,this.#p={id:this.#g,at:t},this.send({type:"ping",id:this.#g})),this.#h=this.#n.after(()=>this.#S(),Jo)}#k(t){this.#R(),this.#e=[],this.reason=t,this.#T("refused")}#_(t,e){this.#a=0,this.#L(e,0),this.#$("ended",t||(this.state==="ended"?this.reason:""))}#M(t,e=!1){let s=this.#c===null?null:this.#n.now()-this.#c;this.#m=e||s!==null&&s<H.STABLE,this.#$(this.state==="ended"?"ended":"lost",this.state==="ended"?this.reason:t)}#D(t){this.state!=="lost"||this.reason===t||(this.reason=t,this.#T("lost"))}#$(t,e){let s=this.#n.now();this.#a=H.failuresAfter(this.#a,this.#c===null?null:s-this.#c),this.#c!==null&&(this.#u=s),this.#R(),this.state=t;let n=this.#n.random(),r=this.#E?H.OTHERWISE*(.9+.2*n):H.wait(this.#a,t==="ended",n,this.#y);this.reason=e,this.retryAt=s+r,this.#h=this.#n.after(()=>this.open(),r),this.#T(t)}#R(){this.#d+=1,this.#n.cancel(this.#h),this.#h=null,this.#r.drop(),this.#c=null,this.#p=null,this.client=null,this.#f=this.clock.roundTrip??this.#f,this.clock.clear();let t=this.#o;this.#o=null,t&&(t.onopen=t.onmessage=t.onclose=null,t.close(1e3))}#T(t){this.state=t,this.#i.changed(t)}};Qe();Mt();var aa=4,pi=15,Ot=class{on=!1;#t;#e;#s=[];#i=null;#n=null;#r=!0;#o=0;constructor(t,e){this.#t=t,this.#e=e}use(t){this.#s=t}see(t){t!=="connecting"&&t!=="lost"?this.#d():this.#n||this.#h(aa)}wake(t){this.#r=t,this.#n?.wake(t)}restart(){this.#n?.restart()}#h(t){this.#i??=this.#e.after(()=>{this.#i=null,this.#a()},t)}async#a(){this.#o+=1;let t=this.#o,[e,...s]=this.#s;if(!e)return;let n=await this.#e.load().catch(()=>null);if(t===this.#o){if(!n){this.#h(pi);return}this.#n=new n.default(new URL("live/",e.replace(/^ws/,"http")).href,{parseMessage:O.parseMessage,parsePart:O.parsePart,anew:()=>{this.#t.anew(),!this.on&&(this.on=!0,this.#t.changed())},message:r=>this.#t.message(r),part:r=>this.#t.part(r),over:r=>{this.#d(),this.#s=r?s:[...s,e],this.#h(pi)}}),this.#n.wake(this.#r)}}#d(){this.#o+=1,this.#e.cancel(this.#i),this.#i=null,this.#n?.stop(),this.#n=null,this.on&&(this.on=!1,this.#t.changed())}};var ha="QuotaExceededError",la={decoder:i=>new VideoDecoder(i),chunk:i=>new EncodedVideoChunk(i),after:(i,t)=>setTimeout(i,t*1e3),cancel:i=>clearTimeout(i)},Ct=class{static MOST_WAITING=32;static MOST_SECONDS=4;#t;#e;#s=null;#i="";#n=!1;#r=new Map;#o=0;#h=null;constructor(t,e=la){this.#t=t,this.#e=e}decode({bytes:t,video:{keyframe:e,codec:s,width:n,height:r}}){return new Promise((o,a)=>{let h=`${s} ${n} × ${r}`,l=this.#s?.state==="configured"&&h===this.#i;if(!e&&!(l&&this.#n))throw new Error("a keyframe is missing");try{if(this.#r.size>=32)throw new Error("the decoder gives no pictures");l||this.#a({codec:s,codedWidth:n,codedHeight:r,optimizeForLatency:!0}),this.#i=h,this.#n=!0;let c=this.#o++;this.#r.set(c,{resolve:o,reject:a}),this.#r.size===1&&this.#l(),this.#s?.decode(this.#e.chunk({type:e?"key":"delta",timestamp:c,data:t}))}catch(c){a(c),this.#c(c)}})}lose(){this.#n=!1}reset(){this.#u(new Error("the connection is gone"))}#a(t){if(this.#s?.state!=="configured"){this.#u(new Error("the decoder is gone"));let e=this.#e.decoder({output:s=>e===this.#s?this.#d(s):s.close(),error:s=>e===this.#s&&this.#c(s)});this.#s=e}this.#s?.configure(t)}#d(t){let e=this.#r.get(t.timestamp);if(!e)return t.close();for(let[s,{reject:n}]of this.#r){if(s===t.timestamp)break;this.#r.delete(s),this.lose(),n(new Error("the decoder left it out"))}this.#r.delete(t.timestamp),this.#l(),e.resolve(t)}#l(){this.#h!==null&&this.#e.cancel(this.#h);let t=this.#r.size>0;this.#h=t?this.#e.after(()=>this.#c(new Error("the decoder gives no pictures")),4):null}#c(t){this.#u(t),t instanceof Error&&t.name===ha||this.#t()}#u(t){this.lose();let e=this.#s;this.#s=null,e&&e.state!=="closed"&&e.close();let s=[...this.#r.values()];this.#r.clear(),this.#l();for(let{reject:n}of s)n(t)}};var gi="F6",ca=new Set(["F5",gi,"F11","F12"]),da=new Set([..."rwtnlq0123456789+-=_","Tab","PageUp","PageDown","F4","F5","F6"]),ua=new Set([..."ijck"]),fa=new Set(["ArrowLeft","ArrowRight","Home","d","Tab","F4"]),pa=229,wi="Unidentified",ma=new Set(["","Dead","Process",wi]),Nt=new Set(["Shift","Control","Alt","AltGraph","Meta"]),ga=new Map([["Shift","shiftKey"],["Control","ctrlKey"],["Alt","altKey"],["Meta","metaKey"]]),wa=new Map([...["Tab","Enter","Escape","Backspace","Delete","Insert","Home","End","PageUp","PageDown","ArrowLeft","ArrowUp","ArrowRight","ArrowDown","ContextMenu","CapsLock","ScrollLock","Pause","PrintScreen",...Array.from({length:24},(i,t)=>`F${t+1}`)].map(i=>[i,i]),["NumpadEnter","Enter"],...["Shift","Control","Meta"].flatMap(i=>[[`${i}Left`,i],[`${i}Right`,i]])]),It=class{#t=new Map;#e;constructor(t){this.#e=t}down(t){if(t=mi(t),t.isComposing||t.keyCode===pa)return{messages:[],prevent:!1};if(ma.has(t.key)||ya(t))return{messages:[],prevent:!1};let e=!xa(t,this.#e)&&!ka(t),s=ts(t),n=this.#t.get(s);if(n||t.repeat)return{messages:n?ba(n,t):[],prevent:e};let r={key:x.name(t.key),code:x.name(t.code)};return this.#t.set(s,r),{messages:[{type:"key_down",...r,modifiers:this.#s(t)}],prevent:e}}up(t){let e=this.#t.get(ts(t));if(!e)return{messages:[],prevent:!1};let s=[];if(this.#t.delete(ts(t)),this.#e&&t.key==="Meta")for(let[n,r]of this.#t)Nt.has(r.key)||(this.#t.delete(n),s.push({type:"key_up",...r,modifiers:this.#s(t)}));return s.push({type:"key_up",...e,modifiers:this.#s(t)}),{messages:s,prevent:!0}}#s(t){let e=ga.get(t.key);if(e===void 0)return x.modifiers(t);let s=[...this.#t.values()].some(({key:n})=>n===t.key);return x.modifiers({...bi(t),[e]:s})}tap(t){return[{type:"key_down",key:t,code:"",modifiers:[]},{type:"key_up",key:t,code:"",modifiers:[]}]}release(){let t=[...this.#t.values()];return this.#t.clear(),t.sort((e,s)=>Number(Nt.has(e.key))-Number(Nt.has(s.key))),t.map(e=>({type:"key_up",...e,modifiers:[]}))}leaves(t){return mi(t).key===gi&&!t.ctrlKey&&!t.altKey&&!t.metaKey}forget(){this.#t.clear()}};function ba(i,t){return Nt.has(i.key)?[]:[{type:"key_down",...i,modifiers:x.modifiers(t),repeat:!0}]}function mi(i){let t=i.key===wi?wa.get(i.code):void 0;if(t===void 0)return i;let{code:e,repeat:s,isComposing:n,keyCode:r}=i;return{key:t,code:e,repeat:s,isComposing:n,keyCode:r,...bi(i)}}function bi(i){let{shiftKey:t,ctrlKey:e,altKey:s,metaKey:n}=i;return{shiftKey:t,ctrlKey:e,altKey:s,metaKey:n,getModifierState:o=>i.getModifierState?.(o)??!1}}function ts(i){return i.code||i.key}function yi(i){return i.getModifierState?.("AltGraph")??!1}function ya(i){if(i.metaKey&&!Nt.has(i.key))return!0;let t=i.key.length===1?i.key.toLowerCase():i.key;return yi(i)?!1:i.ctrlKey&&!i.altKey?da.has(t)||i.shiftKey&&ua.has(t):i.altKey&&!i.ctrlKey?fa.has(t):ca.has(t)&&!i.ctrlKey&&!i.altKey}function xa(i,t){return[...i.key].length!==1?!1:yi(i)?!0:!i.ctrlKey&&!i.metaKey&&(t||!i.altKey)}function ka(i){return i.key==="Insert"?i.shiftKey&&!i.ctrlKey&&!i.altKey:i.ctrlKey&&!i.altKey&&i.key.toLowerCase()==="v"}var es=[1,3,2,4,5,6],xi=[0,1,2,4,8,16,32],va=350,ki=24,_t=class{#t=new Map;#e=new Map;#s=-1;#i=!1;#n=null;#r={x:0,y:0};#o="mouse";#h=null;#a=NaN;get buttons(){let t=new Set(this.#e.size>0?[1]:[]);for(let e of this.#t.values())for(let s of e)t.add(s);return[...t].sort()}down(t,e){if(t.pointerType==="touch")return this.#u(t,e);let s=es[t.button];if(s===void 0)return[];let n=this.#l(t,e,!1);return this.#c(t.pointerId,s)&&n.push(this.#p("pointer_down",t,s,t.pressure)),n}move(t,e){if(t.pointerType==="touch")return this.#m(t,e);let s=es[t.button];return s!==void 0&&t.buttons&(xi[s]??0)?this.down(t,e):this.#l(t,e,!0)}up(t,e){return t.pointerType==="touch"?this.#f(t,e):(t.pointerType==="mouse"&&(this.#h={pointerId:t.pointerId,timeStamp:t.timeStamp}),this.#l({...Ea(t),buttons:0},e,!1))}other(t,e,s,n=!1){if(this.#d(t,e,n))return[];if(e.pointerType==="touch"&&this.#e.size>0)return[];this.#g(e,s);let r=t==="double_click"?es[e.button]??0:0;return[this.#p(t,e,r,e.pressure)]}release(){let t=[],e={shiftKey:!1,ctrlKey:!1,altKey:!1,metaKey:!1};for(let s of this.buttons){for(let r of this.#t.values())r.delete(s);let n=s===1?[...this.#e.keys()]:[];s===1&&this.#e.clear(),t.push(this.#p("pointer_up",e,s,0,n))}return this.#t.clear(),this.#i=!1,t}forget(){this.#t.clear(),this.#e.clear(),this.#i=!1,this.#h=null,this.#a=NaN}#d(t,e,s){let{pointerId:n,timeStamp:r}=e;if(t==="pointer_enter"){let a=this.#a===n;return this.#a=NaN,a}let o=this.#h;return t!=="pointer_leave"||!s||o?.pointerId!==n||o.timeStamp!==r?!1:(this.#a=n,!0)}#l(t,e,s){this.#g(t,e);let n=[],r=this.#t.get(t.pointerId);for(let o of[...r??[]].sort())t.buttons&(xi[o]??0)||(r?.delete(o),r?.size===0&&this.#t.delete(t.pointerId),n.push(this.#p("pointer_up",t,o,t.pressure)));return s&&n.length===0&&n.push(this.#p("pointer_move",t,0,t.pressure)),n}#c(t,e){let s=this.#t.get(t)??new Set;return s.has(e)?!1:(this.#t.set(t,s.add(e)),!0)}#u(t,e){if(this.#e.size>=x.MAX_TOUCHES||this.#e.has(t.pointerId))return[];let s=this.#e.size===0;return this.#e.set(t.pointerId,vi(t,e)),this.#i=s,s&&(this.#s=t.pointerId,this.#g(t,e)),[this.#p("pointer_down",t,s?1:0,t.pressure,[t.pointerId])]}#m(t,e){return this.#e.has(t.pointerId)?(this.#e.set(t.pointerId,vi(t,e)),t.pointerId===this.#s&&(Ei(this.#r,e)>ki&&(this.#i=!1),this.#g(t,e)),[this.#p("pointer_move",t,0,t.pressure,[t.pointerId])]):[]}#f(t,e){if(!this.#e.delete(t.pointerId))return[];t.pointerId===this.#s&&this.#g(t,e);let s=[t.pointerId];if(this.#e.size>0)return[this.#p("pointer_up",t,0,t.pressure,s)];let n=[this.#p("pointer_up",t,1,t.pressure,s)],r=this.#i?{time:t.timeStamp,...this.#r}:null,o=this.#n;return this.#n=r,r&&o&&r.time-o.time<=va&&Ei(r,o)<=ki&&(this.#n=null,n.push(this.#p("double_click",t,1,0))),n}#g(t,e){this.#r={x:x.coordinate(e.x),y:x.coordinate(e.y)},this.#o=t.pointerType==="touch"||t.pointerType==="pen"?t.pointerType:"mouse"}#p(t,e,s,n,r=[]){return{type:t,...this.#r,button:s,buttons:this.buttons,modifiers:x.modifiers(e),ntouches:this.#e.size,touches:Object.fromEntries(this.#e),...r.length>0?{changed:r.map(String).sort()}:{},pointer_type:this.#o,pressure:x.coordinate(n)}}};function Ea(i){let{pointerId:t,pointerType:e,button:s,buttons:n,pressure:r,timeStamp:o}=i,{shiftKey:a,ctrlKey:h,altKey:l,metaKey:c}=i;return{pointerId:t,pointerType:e,button:s,buttons:n,pressure:r,timeStamp:o,shiftKey:a,ctrlKey:h,altKey:l,metaKey:c,getModifierState:u=>i.getModifierState?.(u)??!1}}function vi(i,t){return{x:x.coordinate(t.x),y:x.coordinate(t.y),pressure:x.coordinate(i.pressure)}}function Ei(i,t){return Math.hypot(i.x-t.x,i.y-t.y)}var Ta=new Set(["started","ended"]),Sa=32,Dt=class{#t=[];get waits(){return this.#t.length>0}push(t){if(t.type!=="pointer_move"&&t.type!=="wheel")return[...this.flush(),t];let e=this.#t.at(-1),s=e&&Aa(e,t);return s&&this.#t.pop(),this.#t.push(s??t),this.#t.length>Sa?this.flush():[]}flush(){let t=this.#t;return this.#t=[],t}clear(){this.#t=[]}};function Aa(i,t){if(i.type==="pointer_move"&&t.type==="pointer_move"){if(!(i.pointer_type===t.pointer_type&&i.ntouches===t.ntouches)||!ge(i.buttons,t.buttons)||!ge(i.modifiers,t.modifiers))return null;let s=[...new Set([...i.changed??[],...t.changed??[]])].sort();return s.length>x.MAX_TOUCHES?null:s.length>0?{...t,changed:s}:t}if(i.type==="wheel"&&t.type==="wheel"){if(!ge(i.buttons,t.buttons)||!ge(i.modifiers,t.modifiers)||i.unit!==t.unit||i.phase!==t.phase||Ta.has(t.phase??""))return null;let[e,s]=[i.dx+t.dx,i.dy+t.dy];return Math.max(Math.abs(e),Math.abs(s))<=x.MAX_COORDINATE?{...t,dx:e,dy:s}:null}return null}function ge(i,t){return i.length===t.length&&i.every((e,s)=>e===t[s])}var $t=class{#t=!1;#e={width:0,height:0,page:0};asked(t){this.#t=!1,this.#e=t}closed(t){let e=t.width===this.#e.width?Math.max(this.#e.height,t.page):t.page,s=t.height<.8*e;return s&&(this.#t=!0),this.#t&&!s}};var Ma=new Map([["insertLineBreak","Enter"],["insertParagraph","Enter"],["deleteContentBackward","Backspace"],["deleteWordBackward","Backspace"],["deleteContentForward","Delete"]]),La=new Set(["insertCompositionText","insertFromComposition","deleteCompositionText","deleteByComposition"]),Ti="insertFromPaste",ss="​",Rt=class{area=document.createElement("textarea");#t;#e=!1;#s=!1;constructor(t,e){this.#t=t;let s=this.area;s.setAttribute("aria-label","Keyboard input for the picture. F6 leaves the picture.");for(let n of["autocapitalize","autocomplete","autocorrect"])s.setAttribute(n,"off");s.spellcheck=!1,s.wrap="off",s.inputMode="none",Object.assign(s.style,{position:"absolute",left:"0",top:"0",width:"1px",font:"16px/1 monospace",height:"1em",margin:"0",padding:"0",border:"0",outline:"0",opacity:"0",overflow:"hidden",resize:"none",pointerEvents:"none"}),this.#a(),s.addEventListener("beforeinput",n=>this.#i(n),{signal:e}),s.addEventListener("input",n=>this.#n(n),{signal:e}),s.addEventListener("compositionstart",()=>this.#e=!0,{signal:e}),s.addEventListener("compositionend",n=>this.#r(n.data),{signal:e}),s.addEventListener("paste",n=>this.#o(n),{signal:e})}enable(t){this.area.readOnly=!t,this.area.tabIndex=t?0:-1,this.#s=!1,this.#a()}moveTo(t,e=0){let{style:s}=this.area;s.left=`${t.x}px`,s.top=`${t.y}px`,s.height=s.lineHeight=e>0?`${e}px`:"1em"}#i(t){if(t.isComposing||this.#e)return;let e=Ma.get(t.inputType);e&&this.#t.tap(e),!(t.inputType.startsWith("insert")&&!e)&&t.cancelable&&t.preventDefault()}#n(t){if(t.isComposing||this.#e){if(t.inputType!=="insertCompositionText")return;this.#s=!0,this.#t.char(x.char(t.data??"",!0,t.inputType));return}let e=La.has(t.inputType);t.data&&!e&&this.#h(t.data,t.inputType),this.#a()}#r(t){this.#e=!1,(t||this.#s)&&this.#t.char(x.char(t,!1,"insertCompositionText")),this.#s=!1,this.#a()}#o(t){t.preventDefault(),this.#h(t.clipboardData?.getData("text/plain")??"",Ti)}#h(t,e){if(e===Ti){t&&!this.area.readOnly&&this.#t.paste(t);return}let s=x.char(t,!1,e);s.data&&this.#t.char(s)}#a(){this.area.value=ss,this.area.setSelectionRange(ss.length,ss.length)}};var Oa=[1,33.333333333333336,100],Ca=2,Na=3,Ia=500,zt=class{#t;#e=-1/0;constructor(t){this.#t=t}turn(t,e=[1]){if(t.deltaMode!==0)return _a(t);let s=this.#s(t)?null:Da(t,e);return s?this.#t&&t.shiftKey?{...s,dx:s.dy,dy:s.dx}:s:(this.#e=t.timeStamp+Ia,{dx:t.deltaX,dy:t.deltaY,unit:"pixel"})}#s(t){if(t.timeStamp<this.#e)return!0;let{x:e,y:s}=is(t);return Si(t.deltaX,e)&&Si(t.deltaY,s)}};function is({wheelDeltaX:i,wheelDeltaY:t}){return{x:i??0,y:t??0}}function Si(i,t){return Math.abs(t+i*Na)<=1}function _a(i){let{x:t,y:e}=is(i),s=Oa[i.deltaMode]??1;return{dx:t?we(i.deltaX,t,Math.abs(t)/120):i.deltaX*s,dy:e?we(i.deltaY,e,Math.abs(e)/120):i.deltaY*s,unit:i.deltaMode===Ca?"page":"notch"}}function Da(i,t){let{x:e,y:s}=is(i);for(let n of t){let[r,o]=[Ai(e,n),Ai(s,n)];if(!(r===null||o===null||!r&&!o))return{dx:we(i.deltaX,e,r),dy:we(i.deltaY,s,o),unit:"notch"}}return null}function Ai(i,t){let e=Math.round(Math.abs(i)*t/120),s=e*120/t-Math.abs(i);return(t===1?s===0:s>=0&&s<1.001)?e:null}function we(i,t,e){return Math.sign(i||-t)*e*100+0}ns();var Ka=Object.freeze({text:"text",multiline:"text",number:"decimal",email:"email",url:"url"}),Mi=/^(Mac|iP)/.test(navigator.platform),Fa=navigator.vendor.startsWith("Apple"),Pt=class{keyboard=!1;#t;#e;#s;#i;#n;#r;#o;#h=new It(Mi);#a=new _t;#d=new zt(Fa&&!Mi);#l=new Dt;#c=!1;#u=!1;#m=new $t;#f=null;#g=!1;#p=!1;#w=!1;#b="mouse";constructor(t,e,s,n,r){this.#t=t,this.#e=e,this.#s=t.ownerDocument,this.#i=this.#s.defaultView??window,this.#n=s,this.#r=n,this.#o=new Rt({char:o=>this.#T([o]),paste:o=>this.#$(o),tap:o=>this.#T(this.#h.tap(o))},r),this.#o.enable(!1),t.append(this.#o.area),this.#x(r),r.addEventListener("abort",()=>this.#o.area.remove())}enable(t){if(this.#c!==t){if(this.#h.forget(),this.#a.forget(),this.#l.clear(),this.#c=t,this.#o.enable(t),this.#n.style.touchAction=t?"none":"manipulation",!t){this.#f=null,this.#E(!1),this.#v();return}this.#u?this.#T([{type:"focus_in"}]):this.#r.focuses()&&this.#s.activeElement===this.#s.body&&this.focus({preventScroll:!0})}}focus(t){this.#c&&this.#o.area.focus(t)}flush(){for(let t of this.#l.flush())this.#r.send(t)}release(){this.#T([...this.#a.release(),...this.#h.release()]),this.flush()}showKeyboard(t){t!==this.keyboard&&(this.keyboard=t,t&&this.#m.asked(Li(this.#i)),this.#E(t),this.#y({preventScroll:!t}),this.#r.changed())}typeInto(t){let e=this.#f;if(!this.#c||!t&&!e||(this.#f=t,this.placeCaret(),e?.kind===t?.kind))return;if(this.#o.area.enterKeyHint=t?.kind==="multiline"?"enter":"",!t){this.#E(!1),this.showKeyboard(!1);return}let s=this.#i.matchMedia("(pointer: coarse)").matches;(!s||this.keyboard)&&this.#E(!0),!(!this.#u&&this.#s.activeElement!==this.#s.body)&&(s?this.keyboard?this.#y({preventScroll:!0}):this.showKeyboard(!0):this.focus({preventScroll:!0}))}point(t){let{area:e}=this.#o;for(let[s,n]of Object.entries({"aria-controls":t&&"tree","aria-activedescendant":t}))n===null?e.removeAttribute(s):e.getAttribute(s)!==n&&e.setAttribute(s,n)}placeCaret(){let t=this.#f&&this.#r.locate(this.#f.caret);t&&this.#o.moveTo(t,t.height)}#E(t){this.#o.area.inputMode=t?Ka[this.#f?.kind??"text"]:"none"}#y(t){let{area:e}=this.#o;this.#g=this.#u,e.blur(),e.focus(t),this.#g=!1,e.matches(":focus")||this.#M(!1)}#v(){this.keyboard&&(this.keyboard=!1,this.#E(!1),this.#o.area.blur(),this.#r.changed())}#x(t){let e=this.#n,s={signal:t,passive:!1};for(let o of["pointerdown","pointermove","pointerup","pointercancel"])e.addEventListener(o,a=>this.#L(a),{signal:t});e.addEventListener("pointerenter",o=>this.#A("pointer_enter",o),{signal:t}),e.addEventListener("pointerleave",o=>this.#A("pointer_leave",o),{signal:t}),e.addEventListener("dblclick",o=>this.#I(o),{signal:t}),e.addEventListener("wheel",o=>this.#O(o),s);for(let o of["mouseup","auxclick","contextmenu","touchstart","dragstart"])e.addEventListener(o,a=>this.#c&&a.cancelable&&a.preventDefault(),s);this.#t.addEventListener("mousedown",o=>this.#S(o),{signal:t});let n=this.#o.area;n.addEventListener("contextmenu",o=>this.#c&&o.preventDefault(),{signal:t}),n.addEventListener("keydown",o=>this.#k(o,"down"),{signal:t}),n.addEventListener("keyup",o=>this.#k(o,"up"),{signal:t}),n.addEventListener("focus",()=>this.#M(!0),{signal:t}),n.addEventListener("blur",()=>this.#M(!1),{signal:t});let r=o=>{this.#p=o.key==="Tab"&&o.composedPath()[0]!==n};this.#s.addEventListener("keydown",r,{signal:t,capture:!0}),this.#s.addEventListener("pointerdown",()=>this.#D(),{signal:t,capture:!0}),this.#i.addEventListener("blur",()=>this.#T(this.#a.release()),{signal:t}),this.#i.visualViewport?.addEventListener("resize",()=>this.#R(),{signal:t})}#L(t){t.type==="pointerdown"&&(this.#b=t.pointerType);let e=this.#c?this.#r.place({x:t.clientX,y:t.clientY}):null;e&&(t.type==="pointermove"?this.#T(this.#a.move(t,e)):t.type==="pointerdown"?(this.#N(t),this.#T(this.#a.down(t,e))):this.#T(this.#a.up(t,e)))}#N(t){let e=this.#o.area,s=this.#t.getBoundingClientRect();this.#f||this.#o.moveTo({x:t.clientX-s.left,y:t.clientY-s.top}),e.focus({preventScroll:!0}),this.#f&&t.pointerType==="touch"&&this.showKeyboard(!0);try{this.#n.setPointerCapture(t.pointerId)}catch{}}#A(t,e){let s=this.#c?this.#r.place({x:e.clientX,y:e.clientY}):null;s&&this.#T(this.#a.other(t,e,s,this.#C(e)))}#C({clientX:t,clientY:e}){return this.#t.getRootNode().elementFromPoint(t,e)===this.#n}#I(t){let e=this.#c?this.#r.place({x:t.clientX,y:t.clientY}):null;if(!e||this.#b==="touch")return;let{button:s,buttons:n,timeStamp:r,shiftKey:o,ctrlKey:a,altKey:h,metaKey:l}=t,c={shiftKey:o,ctrlKey:a,altKey:h,metaKey:l},d={pointerId:0,pointerType:this.#b,button:s,buttons:n,pressure:0,timeStamp:r};this.#T(this.#a.other("double_click",{...d,...c},e))}#O(t){if(!this.#u&&!this.#r.scrolls())return;let e=this.#c?this.#r.place({x:t.clientX,y:t.clientY}):null;if(!e)return;t.preventDefault();let s=this.#d.turn(t,et.candidates(et.geometry(this.#i)));this.#T([x.wheel(s,t,e,this.#a.buttons)])}#S(t){this.#c&&(t.preventDefault(),this.#o.area.focus({preventScroll:!0}))}#k(t,e){if(!this.#c)return;this.#_(t,e);let{messages:s,prevent:n}=this.#h[e](t);n&&t.preventDefault(),(n||s.length>0||t.repeat)&&t.stopPropagation(),this.#T(s)}#_(t,e){this.#h.leaves(t)&&(e==="up"&&this.#w&&this.#o.area.blur(),this.#w=e==="down")}#M(t){this.#g||(this.#w=!1,t!==this.#u&&(this.#u=t,t&&this.#p?this.#e.dataset.focus="keyboard":delete this.#e.dataset.focus,t?this.#T([{type:"focus_in"}]):this.#T([...this.#h.release(),{type:"focus_out"}])))}#D(){this.#p=!1,delete this.#e.dataset.focus}#$(t){let e=x.paste(t);"bytes"in e?this.#r.tooLong(e.bytes,x.MAX_PASTE):e.message.data&&this.#T([e.message])}#R(){this.keyboard&&this.#m.closed(Li(this.#i))&&this.showKeyboard(!1)}#T(t){if(this.#c){for(let e of t)for(let s of this.#l.push(e))this.#r.send(s);this.#l.waits&&this.#r.wanted()}}};function Li(i){let t=i.visualViewport;return{...{width:i.innerWidth,page:i.innerHeight},height:t?t.height*t.scale:i.innerHeight}}var Oi={type:"control",presenter:!1,held:!1,by:"",can_ask:!1,asks:!1,manages:!1,recording:null},Ut=class{#t="auto";#e=Oi;#s={asked:!1,declined:!1};want(t){return this.#t===t?null:(this.#t=t,this.#s.asked=!1,this.#i())}tell(t){return this.#e=t,this.#i()}clear(){this.#e=Oi,this.#s={asked:!1,declined:!1}}get info(){let{presenter:t,held:e,by:s,can_ask:n,asks:r,manages:o,recording:a}=this.#e,h=this.#t!=="none";return{presenter:h&&t,held:e,by:s,canAsk:h&&n,asks:r,manages:h&&o,recording:a}}#i(){let t=T.wish(this.#t,this.#e,this.#s);return t?(this.#s=t==="request"?{asked:!0,declined:!1}:{...this.#s,declined:!0},T[t]()):null}};var Bt=class{#t;#e={updates:0,tiles:0,video:0,failed:0,malformed:0};constructor(t){this.#t=t.dataset;for(let e of["updates","tiles","video","failed","malformed"])this.count(e,0)}show({state:t,delayed:e,presenter:s,role:n}){this.#t.state=t,this.#t.delayed=String(e),this.#t.role=s?"presenter":"observer",this.#t.link=n}painted({sequence:t,update:e,exact:s,video:n},r){return this.#t.sequence=String(t),this.#t.update=String(e),this.#t.exact=String(s),this.count("tiles",r),n&&this.count("video",1),this.count("updates",1),this.#e.updates===1}count(t,e){this.#e[t]+=e,this.#t[t]=String(this.#e[t])}exact(t){this.#t.exact!==void 0&&(this.#t.exact=String(t))}lose(){this.#t.exact="false"}forget(){for(let t of["sequence","update","exact"])delete this.#t[t]}};We();var Ci=1e6,Xa=16*1024;function jt(i){return ce.get(i.role)}function Ni({disabled:i,actions:t},e){return e&&!i&&t.length>0}function Wa(i,t){let{role:e,tag:s,type:n,text:r}=jt(i),{name:o,description:a,value:h,placeholder:l,range:c,toggled:d,actions:u}=i,p=v=>v==null?null:String(v),g=v=>v===null?null:String(v),m=s!=="div",k=n==="range"||n==="number",E=i.disabled||u.length>0&&!t,L=i.readOnly||!u.includes("set_value")||E,C=u.includes("increment")||u.includes("decrement");return{role:e==="group"&&!o&&!a?null:e||null,"aria-label":r?null:o||null,"aria-roledescription":i.role==="password_field"?"password":null,"aria-description":a||null,"aria-checked":i.role==="button"?null:d,"aria-pressed":i.role==="button"?d:null,"aria-expanded":g(i.role==="combo_box"?i.expanded??!1:i.expanded),"aria-selected":g(i.selected),"aria-level":p(i.level),"aria-disabled":E?"true":null,"aria-readonly":i.readOnly&&!m?"true":null,"aria-modal":i.modal?"true":null,"aria-live":i.live==="off"?null:i.live,"aria-valuetext":(c||k)&&h?h:null,...m?{type:n||null,autocomplete:"off",placeholder:l||null,readonly:L&&n!=="range"?"":null,disabled:n==="range"&&(E||L&&!C)?"":null,min:k?p(c?.min)??(n==="range"?String(Math.min(-Ci,c?.value??0)):null):null,max:k?p(c?.max)??(n==="range"?String(Math.max(Ci,c?.value??0)):null):null,step:k?c?.step?String(Math.abs(c.step)):"any":null}:{"aria-placeholder":l||null,"aria-valuenow":p(c?.value),"aria-valuemin":p(c?.min),"aria-valuemax":p(c?.max)},tabindex:m||Ni(i,t)&&u.includes("focus")?"-1":null}}function qa(i){let{tag:t,text:e}=jt(i);return e?i.name||i.value:t==="div"&&!i.range?i.value:""}function Va(i){let{tag:t,type:e}=jt(i);return t==="div"?null:e==="range"||e==="number"?String(i.range?.value??""):i.role==="password_field"?"":i.value}function Ga({actions:i,expanded:t}){return i.includes("click")?"click":t===!1&&i.includes("expand")?"expand":t===!0&&i.includes("collapse")?"collapse":i.includes("focus")?"focus":null}function Ya({actions:i}){return i.includes("focus")?"focus":i.includes("scroll_into_view")?"scroll_into_view":null}function Ja(i,t){let{type:e}=jt(i);if(e!=="range"&&e!=="number")return new TextEncoder().encode(JSON.stringify(t)).length<=Xa&&i.actions.includes("set_value")?{action:"set_value",value:t}:null;let s=Number(t);if(t===""||!Number.isFinite(s))return null;if(i.actions.includes("set_value"))return{action:"set_value",value:s};let n=s>(i.range?.value??0)?"increment":"decrement";return i.actions.includes(n)?{action:n}:null}var I=Object.freeze({roleOf:jt,isActive:Ni,attributes:Wa,content:qa,value:Va,click:Ga,focus:Ya,change:Ja});de();var Za=64,Ht=class{#t;#e;#s;#i=new Map;#n=new WeakMap;#r=!1;constructor(t,e,s){this.#e=t.ownerDocument,this.#s=e,this.#t=this.#e.createElement("div"),this.#t.id="tree",t.append(this.#t),this.#t.addEventListener("click",n=>this.#d(n),{signal:s}),this.#t.addEventListener("change",n=>this.#l(n),{signal:s}),this.#t.addEventListener("focusin",n=>this.#c(n),{signal:s}),s.addEventListener("abort",()=>this.#t.remove())}apply({root:t,focus:e,nodes:s}){for(let a of s)this.#o(a);let n=this.#a(t);for(let[a,{element:h}]of this.#i)n.has(a)||(h.remove(),this.#i.delete(a));let r=a=>a.map(h=>this.#i.get(h).element);_i(this.#t,null,t!==null&&n.has(t)?r([t]):[]);for(let[a,h]of n){let{element:l,text:c}=this.#i.get(a);_i(l,c.parentNode?c:null,r(h))}let o=e!==null&&e!==t&&n.has(e);this.#s.focused(o?Ii(e):null)}clear(){this.apply({type:"accessibility",number:0,root:null,focus:null,nodes:[]})}set presenter(t){if(this.#r!==t){this.#r=t;for(let e of this.#i.values())this.#h(e)}}place({x:t,y:e,width:s,height:n},r){Object.assign(this.#t.style,{left:`${t}px`,top:`${e}px`,width:`${r.width}px`,height:`${r.height}px`,transform:`scale(${s/r.width}, ${n/r.height})`})}#o(t){let{tag:e,type:s}=I.roleOf(t),n=this.#i.get(t.id);if(!n||n.tag!==e+s){let r=this.#e.createElement(e);r.id=Ii(t.id),n?.element.replaceWith(r),n={node:t,element:r,tag:e+s,text:this.#e.createTextNode("")},this.#i.set(t.id,n),this.#n.set(r,n)}n.node=t,this.#h(n)}#h({node:t,element:e,text:s}){for(let[d,u]of Object.entries(I.attributes(t,this.#r)))u===null?e.removeAttribute(d):e.getAttribute(d)!==u&&e.setAttribute(d,u);let n=I.content(t);n===""?s.remove():s.parentNode||e.prepend(s),s.data!==n&&(s.data=n);let r=I.value(t),o=e;r!==null&&o.value!==r&&(o.value=r);let[a,h,l,c]=(t.bounds??[]).map(d=>`${d}px`);Object.assign(e.style,{left:a??"0",top:h??"0",width:l??"",height:c??""})}#a(t){let e=new Map,s=new Set([t]),n=t!==null&&this.#i.has(t)?[{id:t,depth:0}]:[];for(let r;r=n.pop();){let{id:o,depth:a}=r,h=[];for(let l of this.#i.get(o).node.children)a===Za||s.size>=$.MAX_NODES||s.has(l)||!this.#i.has(l)||(s.add(l),h.push(l));e.set(o,h),n.push(...h.map(l=>({id:l,depth:a+1})))}return e}#d(t){for(let e=t.target;e&&e!==this.#t;e=e.parentElement){let s=this.#n.get(e)?.node,n=s&&I.isActive(s,this.#r)?I.click(s):null;if(s&&n)return this.#s.send($.act(s.id,n))}}#l(t){let e=t.target&&this.#n.get(t.target);if(!e)return;let{node:s,element:n}=e,r=n,o=I.isActive(s,this.#r)?I.change(s,r.value):null;r.value=I.value(s)??"",o&&this.#s.send($.act(s.id,o.action,o.value))}#c(t){let e=(t.target&&this.#n.get(t.target))?.node;if(!e||!this.#r)return;let s=I.isActive(e,!0)?I.focus(e):null;this.#s.refocus(),s&&this.#s.send($.act(e.id,s))}};function Ii(i){return`node-${i}`}function _i(i,t,e){let s=t?t.nextSibling:i.firstChild;for(let n of e)n===s?s=s.nextSibling:i.insertBefore(n,s)}ye();as();var Kt=class{#t=null;#e=new Uint8Array(0);#s=0;get whole(){return this.#t!==null&&this.#s===0}begin({width:t,height:e,tileWidth:s,tileHeight:n}){let r=this.#t,o=r?.width===t&&r.height===e;if(o&&r.tileWidth===s&&r.tileHeight===n)return!1;let a=o&&this.whole;return this.#t={width:t,height:e,tileWidth:s,tileHeight:n},this.#e=new Uint8Array(Math.ceil(t/s)*Math.ceil(e/n)),this.#s=0,a||this.lose(),!0}drew(t){for(let e of t)this.#s-=this.#e[e]??0,this.#e[e]=0}missed(t){for(let e of t)this.#s+=1-(this.#e[e]??1),this.#e[e]=1}lose(){this.#e.fill(1),this.#s=this.#e.length}clear(){this.#t=null}};ue();var Ft=class{#t=[];add(t){this.#t.push(t),this.#t.length>1024&&this.#t.shift()}summary(t){let e=t-2;for(;this.#t.length>1&&this.#t[0].painted<=e;)this.#t.shift();let s=this.#t,n=s.filter(a=>a.painted>e),r=xe(s,"bytes"),o=xe(s,"tiles");return{input:U(s,a=>a.input!==null&&a.drawn-a.input),presented:U(s,a=>a.presented!==null&&a.presented-a.drawn),encoded:U(s,a=>a.encoded-(a.presented??a.drawn)),sent:U(s,a=>a.sent-a.encoded),received:U(s,a=>a.offset!==null&&a.received+a.offset-a.sent),decoded:U(s,a=>a.decoded-a.received),painted:U(s,a=>a.painted-a.decoded),total:U(s,a=>a.offset!==null&&a.painted+a.offset-a.drawn),answer:U(s,a=>a.offset!==null&&a.input!==null&&a.painted+a.offset-a.input),updatesPerSecond:n.length/2,bytesPerSecond:xe(n,"bytes")/2,bytesPerUpdate:s.length>0?r/s.length:null,tilesPerUpdate:s.length>0?o/s.length:null,exactShare:o>0?xe(s,"exactTiles")/o:null}}clear(){this.#t=[]}};function U(i,t){let e=i.map(t).filter(s=>s!==!1).map(s=>Math.max(0,s));return e.sort((s,n)=>s-n)[e.length>>1]??null}function xe(i,t){return i.reduce((e,s)=>e+s[t],0)}var q=class{#t=[];add(t){this.#t.push(t),this.#t.length>1024&&this.#t.shift()}at(t){for(;this.#t.length>0&&this.#t[0]<=t-2;)this.#t.shift();let[e=0,s=0]=[this.#t[0],this.#t.at(-1)],n=this.#t.length-1,r=(s-e)/n;return n>0&&r>0&&t-s<2*r?1/r:this.#t.length/2}clear(){this.#t=[]}};var Xt=class{#t;#e=-1/0;#s=null;constructor(t){this.#t=t}ask(){if(this.#s!==null||!this.#t.needed())return;let t=this.#e+1-this.#t.now();t>0?this.#s=this.#t.after(()=>this.#i(),t):this.#n()}clear(){this.#s!==null&&this.#t.cancel(this.#s),this.#s=null,this.#e=-1/0}#i(){this.#s=null,this.#t.needed()&&this.#n()}#n(){this.#e=this.#t.now(),this.#t.send()}};var Wt=class{static MOST_BYTES=67108864;static MOST_PIXELS=67108864;#t;#e=[];#s=[];#i=[];#n=0;#r=0;#o=0;#h=0;#a=!0;constructor(t){this.#t=t}receive(t,e){let s=this.#d(t),n={tiles:t.tiles,encoding:t.encoding,bitmap:null};if(s.pieces.push(n),s.frame={...t,bytes:new Uint8Array(0)},s.undecoded+=1,s.size+=t.bytes.byteLength,s.received=e,s.complete=t.last,this.#r+=t.bytes.byteLength+1024,this.#r>67108864){this.#t.overflow();return}this.#s.push({part:t,piece:n,update:s}),this.#l(),this.#u()}frame(){return this.#i.at(-1)??null}presented(t){let e=this.#i.indexOf(t),s=this.#t.now();for(let n of this.#i.splice(0,e+1))n.painted=s,this.#t.acknowledge(n)}hide(){this.#a=!1,this.#m()}show(){this.#a=!0}reset(){this.#h+=1;for(let t of this.#e)zi(t);this.#e=[],this.#s=[],this.#i=[],this.#n=this.#r=this.#o=0}#d(t){let e=this.#e.at(-1);if(e&&!e.complete){if(oh(e,t))return e;e.complete=e.broken=!0,this.#t.failed()}let s={frame:t,pieces:[],broken:t.part!==0,complete:!1,undecoded:0,size:0,pixels:0,received:0,decoded:0,painted:null};return s.broken&&this.#t.failed(),this.#e.push(s),s}#l(){for(;;){let t=this.#s[0];if(!t||this.#n>=16)return;let{width:e,height:s}=Pi(t.part),n=e*s;if(t.update!==this.#e[0]&&this.#o+n>67108864)return;this.#s.shift(),this.#o+=n,t.update.pixels+=n,this.#c(t)}}#c({part:t,piece:e,update:s}){this.#n+=1;let n=this.#h,r=!0,o=h=>{if(this.#t.cancel(a),!r||n!==this.#h)return h?.close();r=!1,this.#n-=1,h&&hh(h,t)?e.bitmap=h:(h?.close(),this.#t.failed()),s.undecoded-=1,s.decoded=this.#t.now(),this.#u(),this.#l()},a=this.#t.after(()=>o(null),10);this.#t.decode(t).then(o,()=>o(null))}#u(){let t=!1;for(let e=this.#e[0];e?.complete&&e.undecoded===0;e=this.#e[0]){this.#e.shift(),this.#r-=e.size+1024*e.pieces.length,this.#o-=e.pixels;try{ah(e,this.#e[0])||this.#t.paint(e)}catch{this.#t.failed()}zi(e),this.#i.push(e),t=!0}t&&this.#a?this.#t.wanted():t&&this.#m()}#m(){for(let t of this.#i.splice(0))this.#t.acknowledge(t)}};function oh({frame:i},t){let e=["update","sequence","width","height","ratio","tileWidth","tileHeight"];return t.part===i.part+1&&e.every(s=>t[s]===i[s])}function ah({frame:i,pieces:t},e){if(!i.video||!e?.frame.video||e.undecoded>0||!["width","height","tileWidth","tileHeight"].every(r=>i[r]===e.frame[r])||![...t,...e.pieces].every(({bitmap:r})=>r))return!1;let n=new Set(e.frame.tiles);return i.tiles.every(r=>n.has(r))}function Pi({video:i,tileWidth:t,tileHeight:e,tiles:s}){return i??{width:t,height:e*s.length}}function hh(i,t){let{width:e,height:s}=Pi(t),[n,r]="width"in i?[i.width,i.height]:[i.displayWidth,i.displayHeight];return n===e&&r===s}function zi(i){for(let t of i.pieces)t.bitmap?.close(),t.bitmap=null}var qt=class{shown=null;#t;#e;#s=new Kt;#i;#n=new Ft;#r=new q;#o=new q;#h=null;#a=new q;constructor(t){this.#t=t;let{decode:e,wanted:s,failed:n,overflow:r,now:o,after:a,cancel:h}=t;this.#i=new Xt({needed:()=>!this.#s.whole,send:()=>t.send({type:"refresh"}),now:o,after:a,cancel:h}),this.#e=new Wt({decode:e,paint:l=>this.#d(l),wanted:s,acknowledge:l=>this.#l(l),failed:n,overflow:r,now:o,after:a,cancel:h})}receive(t,e){this.#e.receive(t,e)}lose(){this.#s.lose(),this.shown&&(this.shown.exact=!1),this.#i.ask()}frame(){return this.#e.frame()}presented(t){this.#e.presented(t)}see(t){t?this.#e.show():this.#e.hide()}reset(){this.#e.reset(),this.#i.clear(),this.#s.clear(),this.#n.clear(),this.#a.clear()}forget(){this.shown=null}get fps(){return this.#r.at(this.#t.now())}get rested(){return this.shown?.exact===!0||this.#o.at(this.#t.now())>0}get video(){return this.#a.at(this.#t.now())>0?this.#h:null}get ledger(){return this.#n.summary(this.#t.now())}#d(t){let{frame:e,pieces:s,broken:n}=t,r=this.#s,o=r.begin(e);for(let{tiles:m}of s)r.missed(m);n&&r.lose();try{this.#t.draw(t);for(let{tiles:m,bitmap:k}of s)k&&r.drew(m)}finally{(o||e.exact||n||s.some(({bitmap:m})=>!m))&&this.#i.ask()}let{width:a,height:h,ratio:l,sequence:c}=e,d=e.exact&&r.whole,u=o||this.shown?.sequence!==c,p=s.some(({bitmap:m})=>m)?e.video:void 0;this.shown={width:a,height:h,ratio:l,sequence:c,update:e.update,exact:d,video:p!==void 0};let g=this.#t.now();u&&this.#r.add(g),d&&this.#o.add(g),p&&(this.#h=p,this.#a.add(g)),this.#t.painted(this.shown,hs(s,({bitmap:m})=>m!==null))}#l({frame:t,pieces:e,size:s,received:n,decoded:r,painted:o}){let a=this.#t.offset(),h={type:"ack",update:t.update};if(a!==null&&(h.received=ls(n+a),h.decoded=ls(r+a),o!==null&&(h.painted=ls(o+a))),this.#t.send(h),o===null)return;let{input:l,drawn:c,presented:d,encoded:u,sent:p}=t,g={input:l,drawn:c,presented:d,encoded:u,sent:p,received:n,decoded:r,painted:o,offset:a},m=hs(e,({encoding:k})=>Q.isExact(k));this.#n.add({...g,bytes:s,tiles:hs(e,()=>!0),exactTiles:m})}};function hs(i,t){return i.filter(t).reduce((e,{tiles:s})=>e+s.length,0)}function ls(i){return Math.round(i*1e6)/1e6}var Vt=class{#t;#e=!1;#s="unknown";constructor(t){this.#t=t}get codecs(){return this.state==="ready"?["h264"]:[]}get state(){return this.#s!=="ready"?this.#s:this.#t?this.#e?"failed":"ready":"off"}know(t){this.#s=t}allow(t){this.#t=t,t&&(this.#e=!1)}fail(){this.#e=!0}};var lh={codec:"avc1.42E028",codedWidth:1920,codedHeight:1080,optimizeForLatency:!0},Ui=new WeakMap;function cs(i=globalThis){let t=Ui.get(i)??ch(i);return Ui.set(i,t),t}async function ch({isSecureContext:i,VideoDecoder:t}){if(!i)return"insecure";try{return(await t?.isConfigSupported(lh))?.supported?"ready":"none"}catch{return"none"}}var Bi={color_scheme:["prefers-color-scheme",["light","dark"]],pointer:["pointer",["fine","coarse","none"]]};function ji({platform:i,userAgent:t,maxTouchPoints:e}){return/Android/.test(t)?"android":/^iP(hone|ad|od)/.test(i)?"ios":i.startsWith("Mac")?e>1?"ios":"mac":i.startsWith("Win")?"windows":/Linux|X11|CrOS|BSD/.test(`${i} ${t}`)?"linux":void 0}function Hi(i,t){let e=ji(i),s=e?{platform:e}:{};for(let[n,[r,o]]of Object.entries(Bi)){let a=o.find(h=>t(`(${r}: ${h})`));a&&(s[n]=a)}return s}function dh(i){return Hi(i.navigator,t=>i.matchMedia(t).matches)}function uh(i,t,e){for(let[s,n]of Object.values(Bi))for(let r of n)i.matchMedia(`(${s}: ${r})`).addEventListener("change",t,{signal:e})}var ke=Object.freeze({platform:ji,read:Hi,of:dh,watch:uh});var qi="framecast.video",Te={now:()=>performance.now()/1e3,after:(i,t)=>setTimeout(i,t*1e3),cancel:i=>clearTimeout(i)},Yt=class extends EventTarget{#t;#e;#s=new P;#i=this.#s.canvas;#n;#r;#o;#h=new Vt(N.get(qi)!=="off");#a=new Ct(()=>this.#et());#d;#l;#c;#u=!0;#m=new AbortController;#f=new MessageChannel;#g=[];#p=0;#w="";#b="";#E="";#y="";#v=new Ut;#x=[];#L=[];#N=null;#A=[];#C=null;#I=!1;#O="";#S="default";#k;#_=this.#s.readable();constructor(t,e,{focuses:s=()=>!1,scrolls:n=()=>!0}={}){super(),this.#k=new Bt(e),this.#t=t.ownerDocument,this.#e=this.#t.defaultView??window,this.#i.setAttribute("aria-label","Live picture"),t.append(this.#i);let r=this.#m.signal;this.#n=new Lt([],{hello:h=>this.#R(h),changed:h=>this.#T(h),message:h=>this.#K(h),part:(h,l)=>this.#o.receive(h,l),malformed:h=>this.#tt(h)}),this.#o=new qt({decode:async h=>await(h.video?this.#a.decode(h):this.#s.decode(h)),draw:h=>this.#s.draw(h),painted:(h,l)=>this.#q(h,l),send:h=>this.#V(h),offset:()=>this.#n.clock.offset,wanted:()=>this.#U(),failed:()=>this.#k.count("failed",1),overflow:()=>this.#r.on?this.#r.restart():this.#n.fail("This page could not keep up."),...Te}),this.#r=new Ot({anew:()=>this.#o.reset(),message:h=>this.#K(h),part:h=>this.#o.receive(h,Te.now()),changed:()=>this.#P()},{...Te,load:()=>Promise.resolve().then(()=>(Wi(),Xi))});let o={send:h=>{this.#d.flush(),this.#n.send(h)},focused:h=>this.#d.point(h),refocus:()=>this.#d.focus({preventScroll:!0})};this.#c=new Ht(t,o,r);let a={shown:()=>this.#o.shown,resized:()=>this.#U(),looked:()=>this.#W(),placed:(h,l)=>this.#c.place(h,l)};this.#l=new W(t,this.#i,a,r),this.#d=new Pt(t,e,this.#i,{send:h=>this.#n.send(h),place:h=>this.#l.place(h),locate:h=>this.#l.locate(h),wanted:()=>this.#U(),changed:()=>this.#z(),tooLong:(h,l)=>this.#B("toolong",{bytes:h,most:l}),focuses:s,scrolls:n},r),this.#f.port1.onmessage=()=>{let h=this.#g.shift();h&&this.#o.presented(h)};for(let h of["contextlost","contextrestored"])this.#i.addEventListener(h,()=>this.#J(),{signal:r});cs().then(h=>{this.#h.know(h),this.#G()}),ke.watch(this.#e,()=>this.#Z(),r),this.#t.addEventListener("visibilitychange",()=>this.#W(),{signal:r});for(let h of["online","focus"])this.#e.addEventListener(h,()=>this.#n.hurry(),{signal:r});this.#t.addEventListener("resume",()=>this.#n.hurry(),{signal:r}),this.#e.addEventListener("pagehide",()=>{this.#n.close(),this.#r.see("idle")},{signal:r}),this.#e.addEventListener("pageshow",h=>h.persisted&&this.#I&&this.start(),{signal:r}),this.#H()}set fit(t){this.#l.fit=t}set control(t){this.#F(this.#v.want(t)),this.#z()}set accessibility(t){this.#u!==t&&(this.#u=t,t||this.#c.clear(),this.#n.state==="connected"&&this.#n.send($.want(t)))}use(t,e){let s=`${t}`!=`${this.#A}`;if(!s&&e===this.#C)return;let n=this.#I;this.close(),[this.#A,this.#C]=[t,e],this.#n.use(t),this.#r.use(t),s&&this.#j(),n&&this.start()}useToken(t){this.use(this.#A,t)}start(){this.#A[0]&&(this.#I=!0,this.#o.see(this.#$),this.#n.wake(this.#$),this.#r.wake(this.#$),this.#n.open())}close(){this.#I=!1,this.#d.release(),this.#n.close(),this.#T("idle")}refuse(t){this.#A=[],this.#j(),this.#n.refuse(t)}stop(){this.close(),this.#m.abort(),this.#f.port1.close(),this.#e.cancelAnimationFrame(this.#p),this.#i.remove()}retry(){this.#A[0]&&(this.#I=!0,this.#n.retry())}requestControl(){this.#n.send(T.request())}releaseControl(){this.#n.send(T.release())}grantControl(t){this.#n.send(T.grant(t))}takeControl(){this.#n.send(T.take())}disconnect(t){this.#n.send(T.disconnect(t))}letIn(t){this.#n.send(T.letIn(t))}record(t){this.#n.send(T.record(t))}listLinks(){this.#n.send(j.list())}addLink(t,e,s){this.#n.send(j.add(t,e,s))}revokeLink(t){this.#n.send(j.revoke(t))}allowVideo(t){N.set(qi,t?"on":"off"),this.#h.allow(t),this.#G()}showKeyboard(t){this.#d.showKeyboard(t)}focus(t){this.#d.focus(t)}async proof(){let t=this.#o.shown;if(!t)throw new Error("there is no picture yet");if(!this.#M())throw new Error("this browser changes what is read from a canvas");let{sequence:e,update:s,exact:n}=t;return{sequence:String(e),update:s,exact:n,crc:await this.#s.proof()}}async snapshot(){if(!this.#o.shown)throw new Error("there is no picture yet");return this.#M()?await this.#s.png():await this.#D()}#M(){let t=this.#s.readable();return t!==this.#_&&(this.#_=t,this.#k.exact(this.info.exact),this.#z()),t}async#D(){let t=new URL("snapshot.png",this.#n.url.replace(/^ws/,"http")),e=this.#C===null?{}:{authorization:`Bearer ${this.#C}`},s="this browser changes what is read from a canvas, and the server's own picture could not be loaded",n=await fetch(t,{headers:e,cache:"no-store",signal:this.#m.signal}).catch(r=>{throw new Error(s,{cause:r})});if(!n.ok)throw new Error(`${s}: it answered ${n.status}`);return await n.blob()}get ledger(){return this.#o.ledger}get size(){let t=this.#o.shown;return t&&{width:t.width,height:t.height,ratio:t.ratio}}get info(){let{retryAt:t,reason:e,lostFor:s,clock:n}=this.#n,r=this.#r.on,{fps:o,rested:a,shown:h}=this.#o;return{state:r?"connected":this.#n.state,delayed:r,address:this.#A.length>0,retryIn:t===null?null:Math.max(0,t-Te.now()),lostFor:s,reason:e,...this.#v.info,role:this.#n.role,clients:this.#x,sentAway:this.#L,links:this.#N,title:this.#O,fps:o,exact:this.#_&&h?.exact===!0,readable:this.#_,video:{offered:this.#n.video,state:this.#h.state,comes:this.#o.video,shown:h?.video===!0},rested:a,roundTrip:n.roundTrip,picture:h!==null,keyboard:this.#d.keyboard}}get#$(){return this.#t.visibilityState==="visible"&&this.#l.seen}#R(t){let e=this.#l.begin();this.#w=JSON.stringify(e);let s=ke.of(this.#e);this.#b=JSON.stringify(s);let n=this.#C===null?{}:{token:this.#C},r=Js.name(new URL(t).host),{codecs:o}=this.#h;this.#E=JSON.stringify(o);let a=o.length>0?{video:o}:{};return{type:"hello",...e,visible:this.#$,browser:r,...s,...a,...n}}#T(t){this.#r.see(t),!this.#r.on&&(t!=="connected"?(this.#o.reset(),this.#a.reset(),this.#x=[],this.#L=[],this.#N=null,this.#v.clear()):(this.#Z(),this.#Q(),this.#u&&this.#n.send($.want(!0)),this.#U()),this.#z())}#P(){this.#n.leisurely=this.#r.on,this.#o.reset(),this.#v.clear(),this.#z()}#V(t){this.#r.on?"type"in t&&t.type==="refresh"&&this.#r.restart():this.#n.send(t)}#K(t){if(t.type==="control")this.#F(this.#v.tell(t)),t.manages||(this.#N=null);else if(t.type==="clients")this.#x=t.list,this.#L=t.sent_away;else if(t.type==="links"){let{list:e,made:s,refused:n}=t;this.#N=e,this.#z(),this.#B("links",{made:s&&{name:s.name,address:j.address(this.#n.url,s.token)},refused:n});return}else if(t.type==="title")this.#X(t.value);else if(t.type==="cursor")this.#S=me.known(t.value);else if(t.type==="clipboard"){this.#v.info.presenter&&this.#B("clipboard",{text:t.text});return}else if(t.type==="text_input"){this.#d.typeInto(t.kind==="none"?null:t);return}else if(t.type==="accessibility"){if(!this.#u)return;this.#c.apply(t),this.#n.send($.ack(t.number));return}else if(t.type==="open_url"){this.#v.info.presenter&&this.#B("open",{url:t.url});return}this.#z()}#F(t){t&&this.#n.send(t)}#X(t){this.#O=t,this.#i.setAttribute("aria-label",t||"Live picture")}#j(){this.#o.forget(),this.#c.clear(),this.#X(""),this.#S="default",this.#l.arrange(),this.#k.forget(),this.#Y()}#z(){this.#H(),this.dispatchEvent(new Event("change"))}#B(t,e){this.dispatchEvent(new CustomEvent(t,{detail:e}))}#H(){let{info:t}=this;this.#k.show(t),this.#d.enable(t.presenter),this.#c.presenter=t.presenter,this.#i.style.cursor=t.presenter?this.#S:"default"}#W(){let t=this.#$;t||this.#d.release(),this.#n.send({type:t?"show":"hide"}),this.#o.see(t),this.#n.wake(t),this.#r.wake(t),t&&this.#n.hurry(),t&&this.#U()}#U(){this.#p||=this.#e.requestAnimationFrame(()=>{this.#p=0,this.#d.flush(),this.#d.placeCaret(),this.#st();let t=this.#o.frame();t&&(this.#g.push(t),this.#f.port2.postMessage(null))})}#q(t,e){this.#l.painted(t);let s=this.#k.painted({...t,exact:this.#_&&t.exact},e),n=this.#Y();(s||n)&&this.#z()}#Y(){let t=JSON.stringify(this.size);return t===this.#y?!1:(this.#y=t,this.dispatchEvent(new Event("resize")),!0)}#tt(t){this.#k.count("malformed",1),t&&this.#n.state==="connected"&&this.#J()}#J(){this.#k.lose(),this.#a.lose(),this.#o.lose()}#Z(){if(this.#n.state!=="connected")return;let t=ke.of(this.#e),e=JSON.stringify(t);e!==this.#b&&(this.#b=e,this.#n.send({type:"view_info",...t}))}#et(){this.#h.fail(),this.#G()}#G(){this.#m.signal.aborted||(this.#Q(),this.#z())}#Q(){if(this.#n.state!=="connected")return;let{codecs:t}=this.#h,e=JSON.stringify(t);e!==this.#E&&(this.#E=e,this.#n.send({type:"video",codecs:t}))}#st(){if(this.#n.state!=="connected")return;let t=this.#l.report(),e=JSON.stringify(t);!t||e===this.#w||(this.#w=e,this.#n.send({type:"resize",...t}))}};var us=new WeakMap;var Ms,el=500,sl=5e3,Ce=class extends HTMLElement{static observedAttributes=["src","control","fit","type","accessibility"];#t=this.attachShadow({mode:"open"});#e=this.attachInternals();#s=null;#i=Rn();#n=!1;#r=null;#o=!1;#h=new Map;constructor(){super(),this.#e.role="group"}get src(){return this.getAttribute("src")??""}set src(t){this.setAttribute("src",t)}get token(){return this.#r}set token(t){this.#r=t,this.#a()}get control(){return T.mode(this.getAttribute("control"))}set control(t){this.setAttribute("control",t)}get fit(){return R.fit(this.getAttribute("fit"))}set fit(t){this.setAttribute("fit",t)}get wheel(){return this.getAttribute("wheel")==="always"?"always":"focus"}set wheel(t){this.setAttribute("wheel",t)}get accessibility(){return this.getAttribute("accessibility")==="off"?"off":"on"}set accessibility(t){this.setAttribute("accessibility",t)}get stats(){return this.hasAttribute("stats")}set stats(t){this.toggleAttribute("stats",t)}get state(){return this.#s?.view.info.state??"idle"}get presenter(){return this.#s?.view.info.presenter??!1}get link(){return this.#s?.view.info.role??"watch"}get size(){return this.#s?.view.size??null}get exact(){return this.#s?.view.info.exact??!1}get caption(){return this.#s?.view.info.title??""}get currentTime(){return this.#i.currentTime}set currentTime(t){this.#i.currentTime=t}get duration(){return this.#i.duration}get paused(){return this.#i.paused}get ended(){return this.#i.ended}get seeking(){return this.#i.seeking}get playbackRate(){return this.#i.playbackRate}set playbackRate(t){this.#i.playbackRate=t}play(){this.#i.paused=!1}pause(){this.#i.paused=!0}get figures(){let{fps:t,roundTrip:e}=this.#s?.view.info??{fps:0,roundTrip:null};return{fps:t,roundTrip:e}}connect(){this.#n=!1;let t=["lost","ended","refused"].includes(this.state);this.#d(),t&&this.#s?.view.retry()}disconnect(){this.#n=!0,this.#s?.view.close()}requestControl(){this.#s?.view.requestControl()}releaseControl(){this.#s?.view.releaseControl()}async snapshot({exact:t=!1}={}){this.#o&&this.#d();let{view:e}=this.#s??{};if(!e)throw new Error("<framecast-view> is in no page");let s=performance.now()+sl;for(;t&&e.info.readable&&!e.info.exact;){if(performance.now()>s)throw new Error("the picture did not become exact: it moves, or there is none");await new Promise(n=>setTimeout(n,20))}return await e.snapshot()}focus(t){this.#s?.view.focus(t)}connectedCallback(){for(let t of["src","token","control","fit","stats","wheel","accessibility","currentTime","playbackRate"]){if(!Object.hasOwn(this,t))continue;let e=this[t];delete this[t],Object.assign(this,{[t]:e})}this.#a()}disconnectedCallback(){this.#a()}connectedMoveCallback(){}adoptedCallback(){this.#m()}attributeChangedCallback(t){t==="src"&&(this.#n=!1),this.#a()}#a(){this.#o||(this.#o=!0,queueMicrotask(()=>this.#o&&this.#d()))}#d(){if(this.#o=!1,!this.isConnected||!this.ownerDocument.defaultView){this.#m();return}let t=this.src.trim(),e=ze(t,this.baseURI,this.getAttribute("type")==="recording"),s=e?.recorded===!0;if(this.#s&&s!==!this.#s.status&&this.#m(),s&&!Ms){this.#l();return}let{view:n}=this.#s??=this.#c(s&&Ms);if(n.fit=this.fit,n.control=this.control,n.accessibility=this.accessibility==="on",this.#f(),!this.#n){if(t===""){n.use([],null),n.close();return}if(!e){n.refuse("Its address in this page is not one of a canvas.");return}n.use(e.urls,e.token??this.#r),this.#n?n.close():n.info.state==="idle"&&n.start()}}async#l(){try{({default:Ms}=await Promise.resolve().then(()=>($n(),Dn))),this.#a()}catch{this.isConnected&&(this.#s??=this.#c(!1)).view.refuse("The player of recordings could not be loaded.")}}#c(t){let e=this.ownerDocument,s=this.#t;s.adoptedStyleSheets=[$e(e)];let n=new AbortController;if(t){let c=this.#i=new t(s,this,this.#i);return this.#u(c),{view:c,status:null,ends:n}}s.replaceChildren(...Ie(e));let{signal:r}=n,o=s.getElementById("view"),a=new Yt(o,this,{focuses:()=>this.hasAttribute("autofocus"),scrolls:()=>this.wheel==="always"||this.matches(":fullscreen")});us.set(this,a);let h=new kt(a,s,this,r);a.addEventListener("clipboard",c=>{let{text:d}=c.detail;this.#w("framecast-clipboard",{text:d})&&h.offer(d)}),a.addEventListener("open",c=>{let{url:d}=c.detail,u=Y.read(d);u&&this.#w("framecast-open",{url:u.href})&&h.visit(u.href)}),a.addEventListener("toolong",c=>h.tooLong(c.detail));let l=setInterval(()=>e.visibilityState==="visible"&&h.update(),el);return r.addEventListener("abort",()=>clearInterval(l)),h.update(),this.#u(a),{view:a,status:h,ends:n}}#u(t){t.addEventListener("change",()=>this.#g()),t.addEventListener("resize",()=>{this.#f(),this.#w("framecast-resize",{size:this.size})}),this.#h.set("framecast-state",JSON.stringify({state:"idle",reason:""}))}#m(){let t=this.#s;t&&(t.view.stop(),this.#s=null,t.status||(this.#i=Rn()),us.delete(this),t.ends.abort(),this.#t.replaceChildren(),this.dataset.state="idle",this.#h.clear())}#f(){let{size:t}=this,e=this.#t.getElementById("shape");e.style.aspectRatio=t&&this.fit!=="resize"?`${t.width} / ${t.height}`:""}#g(){let t=this.#s;t&&(t.status?.update(),this.#e.ariaLabel=this.caption||(t.status?"Live picture":"Recording"),this.#p("framecast-state",({state:e,reason:s})=>({state:e,reason:s})),this.#p("framecast-role",({presenter:e,role:s,held:n,by:r,canAsk:o,asks:a})=>({presenter:e,link:s,held:n,by:r,canAsk:o,asks:a})),this.#p("framecast-title",({title:e})=>({title:e})))}#p(t,e){if(!this.#s)return;let s=e(this.#s.view.info),n=JSON.stringify(s);this.#h.get(t)!==n&&(this.#h.set(t,n),this.#w(t,s))}#w(t,e){let s=t==="framecast-clipboard"||t==="framecast-open";return this.dispatchEvent(new CustomEvent(t,{bubbles:!0,cancelable:s,detail:e}))}};function Rn(){return{currentTime:0,duration:NaN,paused:!0,ended:!1,seeking:!1,playbackRate:1}}customElements.get("framecast-view")||customElements.define("framecast-view",Ce);export{Ce as default};
